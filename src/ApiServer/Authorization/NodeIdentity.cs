using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>Which node a user is.</summary>
internal static class NodeIdentity
{
    private const string Group = "system:nodes";
    private const string Prefix = "system:node:";

    /// <summary>The node's name; null for everyone who is no node.</summary>
    public static string? NameOf(UserInfo user) =>
        user.Groups.Contains(Group) && user.Name.StartsWith(Prefix, StringComparison.Ordinal) ? user.Name[Prefix.Length..] : null;
}
