using System.Text.Json.Nodes;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Routing;

namespace MiniK8s.ApiServer.Rest.Discovery;

/// <summary>What one group version serves: the APIResourceList at <c>/api/v1</c> and <c>/apis/G/V</c>.</summary>
internal static class ResourceLists
{
    /// <summary>The document for kinds that share one group version.</summary>
    public static JsonObject Of(IReadOnlyList<ApiKind> kinds) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = kinds[0].ApiVersion,
        ["resources"] = new JsonArray([.. kinds.SelectMany(Entries)]),
    };

    private static IEnumerable<JsonNode> Entries(ApiKind kind)
    {
        if (kind.Subresources.Contains("binding")) yield return Entry("bindings", "binding", true, new(kind.ApiVersion, "Binding"), kind, ["create"]);
        yield return WithNames(Entry(kind.Plural, kind.Singular, kind.Namespaced, kind.TypeMeta, kind, KindVerbs.Of(kind)), kind);
        foreach (var subresource in kind.Subresources.Order(StringComparer.Ordinal).Select(Subresource.Of))
        {
            yield return Entry(
                $"{kind.Plural}/{subresource.Name}", "", kind.Namespaced, subresource.ResponseKind ?? kind.TypeMeta, kind, subresource.Verbs);
        }
    }

    private static JsonObject Entry(
        string name, string singular, bool namespaced, TypeMeta type, ApiKind owner, IEnumerable<string> verbs)
    {
        var entry = new JsonObject { ["name"] = name, ["singularName"] = singular, ["namespaced"] = namespaced };
        if (type.ApiVersion != owner.ApiVersion) (entry["group"], entry["version"]) = (type.Group, type.Version);
        entry["kind"] = type.Kind;
        entry["verbs"] = JsonStrings.Array(verbs);
        return entry;
    }

    private static JsonObject WithNames(JsonObject entry, ApiKind kind)
    {
        if (kind.ShortNames.Count > 0) entry["shortNames"] = JsonStrings.Array(kind.ShortNames);
        if (kind.Categories.Count > 0) entry["categories"] = JsonStrings.Array(kind.Categories);
        return entry;
    }
}
