using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>Which node a user is.</summary>
internal static class NodeIdentity
{
    /// <summary>What a node's user name begins with; the node's name follows.</summary>
    public const string Prefix = "system:node:";

    private const string Group = "system:nodes";

    /// <summary>The node's name; null for everyone who is no node.</summary>
    public static string? NameOf(UserInfo user) =>
        user.Groups.Contains(Group) && user.Name.StartsWith(Prefix, StringComparison.Ordinal) ? user.Name[Prefix.Length..] : null;
}
