namespace MiniK8s.ApiServer.Registry;

/// <summary>Who asks.</summary>
/// <param name="Name">For example <c>system:node:a</c>.</param>
/// <param name="Groups">For example <c>system:nodes</c>; contains system:authenticated or system:unauthenticated.</param>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>A request that brought no credential.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>The administrator: the loopback port's caller, and the server itself.</summary>
    public static UserInfo Admin { get; } = new("system:admin", ["system:masters", "system:authenticated"]);
}
