using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>What users may do because of who they are: Kubernetes' default roles, as far as there is a user for them.</summary>
/// <remarks>
/// who                              | what                                                      | role in Kubernetes
/// ---------------------------------+-----------------------------------------------------------+--------------------------
/// group system:masters             | everything                                                | cluster-admin
/// system:kube-scheduler,           | everything, until there are roles                         | one of their name
/// system:kube-controller-manager   |                                                           |
/// every authenticated user         | ask who they are and what they may do                     | system:basic-user
/// every authenticated user         | the discovery documents, and gRPC reflection as their     | system:discovery
///                                  | counterpart                                               |
/// everyone                         | /version and the health pages                             | system:public-info-viewer
/// </remarks>
internal static class StandingRules
{
    private static readonly AccessRules Everything = new([new(["*"], ["*"], ["*"])], [new(["*"], ["*"])]);

    private static readonly AccessRules BasicUser = new(
        [
            new(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"]),
            new(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
        ],
        []);

    private static readonly AccessRules Discovery = new(
        [],
        [
            new(["get"], ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]),
            new(["get"], ["/grpc.reflection.v1.ServerReflection/*", "/grpc.reflection.v1alpha.ServerReflection/*"]),
        ]);

    private static readonly AccessRules PublicInformation = new([], [new(["get"], ["/healthz", "/livez", "/readyz", "/version", "/version/"])]);

    /// <summary>The user's rules, from all roles the user has.</summary>
    public static AccessRules Of(UserInfo user)
    {
        AccessRules[] roles = [.. RolesOf(user)];
        return new([.. roles.SelectMany(role => role.Resources)], [.. roles.SelectMany(role => role.Paths)]);
    }

    private static IEnumerable<AccessRules> RolesOf(UserInfo user)
    {
        if (user.Groups.Contains("system:masters") || SystemUsers.ControlPlane.Contains(user.Name)) yield return Everything;
        if (user.Groups.Contains(UserInfo.AuthenticatedGroup))
        {
            yield return BasicUser;
            yield return Discovery;
        }
        yield return PublicInformation;
    }
}
