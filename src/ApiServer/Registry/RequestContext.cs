namespace MiniK8s.ApiServer.Registry;

/// <summary>What is known of a request besides its content.</summary>
/// <param name="User">Who asks.</param>
/// <param name="UserAgent">The User-Agent header, "" if none.</param>
/// <param name="SourceAddress">The peer's address, "" for the server's own requests.</param>
internal sealed record RequestContext(UserInfo User, string UserAgent, string SourceAddress)
{
    /// <summary>Who really asks, where that is another than the user.</summary>
    public UserInfo? Impersonator { get; init; }

    /// <summary>Texts for the client beside the answer; each becomes a Warning header with code 299.</summary>
    public IList<string> Warnings { get; } = [];

    /// <summary>What the request did to which object, as far as the registry has come.</summary>
    public ObjectTrace Trace { get; } = new();

    /// <summary>The server's own requests: as administrator.</summary>
    public static RequestContext Internal() => new(UserInfo.Admin, "mk8s-apiserver", "");
}
