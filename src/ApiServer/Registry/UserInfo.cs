namespace MiniK8s.ApiServer.Registry;

/// <summary>Who asks.</summary>
/// <param name="Name">For example <c>system:node:a</c>.</param>
/// <param name="Groups">For example <c>system:nodes</c>; contains system:authenticated or system:unauthenticated.</param>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>The group of everyone whose credential was accepted.</summary>
    public const string AuthenticatedGroup = "system:authenticated";

    /// <summary>The group of everyone who brought none.</summary>
    public const string UnauthenticatedGroup = "system:unauthenticated";

    /// <summary>What names the certificate or token among <see cref="Extra"/>.</summary>
    public const string CredentialId = "authentication.kubernetes.io/credential-id";

    private static readonly Dictionary<string, IReadOnlyList<string>> NothingMore = [];

    /// <summary>Tells users of the same name at different times apart: a service account's uid. "" where there is none.</summary>
    public string Uid { get; init; } = "";

    /// <summary>What else is known, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = NothingMore;

    /// <summary>A request that brought no credential.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", [UnauthenticatedGroup]);

    /// <summary>The administrator: the loopback port's caller, and the server itself.</summary>
    public static UserInfo Admin { get; } = new("system:admin", ["system:masters", AuthenticatedGroup]);
}
