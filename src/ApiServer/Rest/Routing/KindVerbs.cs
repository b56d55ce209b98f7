using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>What can be asked of a kind.</summary>
internal static class KindVerbs
{
    private static readonly string[] Every = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] ButCollections = [.. Every.Where(verb => verb != "deletecollection")];

    private static readonly string[] Asking = ["create"];

    private static readonly string[] Reading = ["get", "list"];

    /// <summary>In alphabetical order. Namespaces are deleted one by one only; what is a question can only be asked, and what is measured only read.</summary>
    public static IReadOnlyList<string> Of(ApiKind kind) =>
        ReviewKinds.All.Contains(kind) ? Asking : MetricsKinds.All.Contains(kind) ? Reading : kind.Plural == "namespaces" ? ButCollections : Every;
}
