using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Storage;

/// <summary>Where objects live in the store: the keys of Kubernetes.</summary>
public static class StoreKeys
{
    /// <summary>What all keys begin with.</summary>
    public const string Root = "/registry/";

    /// <summary>What a kind's keys begin with, for example <c>/registry/minions/</c>.</summary>
    public static string PrefixOf(ApiKind kind) => Root + (kind.Group, kind.Plural) switch
    {
        ("", "nodes") => "minions/",
        ("", "services") => "services/specs/",
        ("", "endpoints") => "services/endpoints/",
        var (_, plural) => plural + "/",
    };

    /// <summary>What the keys of a collection begin with; "" means all namespaces.</summary>
    public static string PrefixOf(ApiKind kind, string ns) => ns.Length == 0 ? PrefixOf(kind) : PrefixOf(kind) + CheckedSegment(ns) + "/";

    /// <summary>An object's key. Names that could lead elsewhere are refused (400).</summary>
    public static string KeyOf(ApiKind kind, string ns, string name)
    {
        if (!kind.Namespaced) return PrefixOf(kind) + CheckedSegment(name);
        if (ns.Length == 0) throw StatusErrors.BadRequest("Namespace parameter required.");
        return PrefixOf(kind, ns) + CheckedSegment(name);
    }

    private static string CheckedSegment(string name)
    {
        if (name.Length == 0) throw StatusErrors.BadRequest("Name parameter required.");
        if (name is "." or "..") throw Invalid(name, $"may not be '{name}'");
        foreach (var forbidden in "/%")
        {
            if (name.Contains(forbidden)) throw Invalid(name, $"may not contain '{forbidden}'");
        }
        if (name.Any(char.IsControl)) throw Invalid(name, "may not contain control characters");
        return name;
    }

    private static ApiException Invalid(string name, string why) =>
        StatusErrors.BadRequest($"Name parameter invalid: {GoText.Quote(name)}: {why}");
}
