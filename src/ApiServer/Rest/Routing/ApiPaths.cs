using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>Where things are served.</summary>
internal static class ApiPaths
{
    /// <summary><c>/api/v1</c>, <c>/apis/discovery.k8s.io/v1</c>.</summary>
    public static string Of(string group, string version) => group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";

    /// <summary>A kind's collection in a namespace; "" for all namespaces and for kinds outside them.</summary>
    public static string Of(ApiKind kind, string ns) =>
        ns.Length == 0 ? $"{Of(kind.Group, kind.Version)}/{kind.Plural}" : $"{Of(kind.Group, kind.Version)}/namespaces/{ns}/{kind.Plural}";
}
