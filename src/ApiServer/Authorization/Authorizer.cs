using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>Allows what <see cref="StandingRules"/> say of the user, and to nodes what <see cref="NodeRules"/> say.</summary>
internal sealed class Authorizer(NodeRules nodes) : IAuthorizer
{
    /// <inheritdoc/>
    public bool Decide(UserInfo user, RequestAttributes attributes)
    {
        var rules = StandingRules.Of(user);
        if (attributes.Resource.Length == 0) return rules.Paths.Any(rule => rule.Allows(attributes));
        return rules.Resources.Any(rule => rule.Allows(attributes)) || (NodeIdentity.NameOf(user) is { } node && nodes.Allows(node, attributes));
    }

    /// <inheritdoc/>
    public AccessRules RulesOf(UserInfo user) =>
        StandingRules.Of(user) with { Gap = NodeIdentity.NameOf(user) is null ? "" : "node authorizer does not support user rule resolution" };
}
