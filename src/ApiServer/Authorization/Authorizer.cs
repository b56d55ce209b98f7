using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>The rules, first match wins; what no rule allows is refused.</summary>
/// <remarks>
/// who                              | may
/// ---------------------------------+----------------------------------------------------------------------------------------
/// group system:masters             | everything
/// system:kube-scheduler,           | everything, until there are roles
/// system:kube-controller-manager   |
/// group system:nodes               | what <see cref="NodeRules"/> says
/// every authenticated user         | the discovery documents, gRPC reflection, /version and the health pages
/// everyone                         | /version and the health pages
/// </remarks>
internal sealed class Authorizer(NodeRules nodes) : IAuthorizer
{
    private static readonly string[] PublicPaths = ["/version", "/healthz", "/livez", "/readyz"];
    private static readonly string[] DiscoveryPaths =
        ["/api", "/apis", "/openapi", "/grpc.reflection.v1.ServerReflection", "/grpc.reflection.v1alpha.ServerReflection"];

    /// <inheritdoc/>
    public bool Decide(UserInfo user, RequestAttributes attributes)
    {
        if (user.Groups.Contains("system:masters")) return true;
        if (SystemUsers.ControlPlane.Contains(user.Name)) return true;
        if (attributes.Resource.Length == 0) return MayReadPath(user, attributes);
        return NodeIdentity.NameOf(user) is { } node && nodes.Allows(node, attributes);
    }

    private static bool MayReadPath(UserInfo user, RequestAttributes attributes)
    {
        if (attributes.Verb != "get") return false;
        if (PublicPaths.Any(path => IsAtOrBelow(attributes.Path, path))) return true;
        return user.Groups.Contains("system:authenticated") && DiscoveryPaths.Any(path => IsAtOrBelow(attributes.Path, path));
    }

    private static bool IsAtOrBelow(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}
