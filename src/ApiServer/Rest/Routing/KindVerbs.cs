using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>What can be asked of a kind.</summary>
internal static class KindVerbs
{
    private static readonly string[] Every = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] ButCollections = [.. Every.Where(verb => verb != "deletecollection")];

    private static readonly string[] Asking = ["create"];

    /// <summary>In alphabetical order. Namespaces are deleted one by one only; what is a question can only be asked.</summary>
    public static IReadOnlyList<string> Of(ApiKind kind) =>
        ReviewKinds.All.Contains(kind) ? Asking : kind.Plural == "namespaces" ? ButCollections : Every;
}
