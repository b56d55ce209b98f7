using Microsoft.AspNetCore.Http.Features;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Rest.Streams;

/// <summary>A request that asks to become a SPDY/3.1 connection, as Kubernetes' clients before 1.31, and later ones as a second attempt, do.</summary>
internal static class SpdyUpgrade
{
    private const string Protocol = "SPDY/3.1";
    private const string VersionHeader = "X-Stream-Protocol-Version";
    private const string AcceptedHeader = "X-Accepted-Stream-Protocol-Versions";

    /// <summary>Whether the request asks for it, over a connection that can become one.</summary>
    public static bool IsAsked(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && http.Request.Headers.Upgrade.ToString().Equals(Protocol, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first of the client's stream protocols that is spoken here; "" where the client names none, null where none is spoken.</summary>
    public static string? Negotiate(HttpContext http, IReadOnlyList<string> spoken)
    {
        var asked = Asked(http);
        return asked.Length == 0 ? "" : asked.FirstOrDefault(spoken.Contains);
    }

    /// <summary>Answers 403, with what is spoken.</summary>
    public static Task RefuseAsync(HttpContext http, IReadOnlyList<string> spoken, CancellationToken ct)
    {
        http.Response.Headers[AcceptedHeader] = spoken.ToArray();
        var refusal = StatusErrors.Of(StatusReasons.Forbidden,
            $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', Asked(http))}], server accepts [{string.Join(' ', spoken)}]");
        return RefusalWriter.WriteAsync(http, refusal.Status, ct);
    }

    /// <summary>Answers 101; from here on the connection is a plain stream of bytes.</summary>
    public static Task<Stream> AcceptAsync(HttpContext http, string protocol)
    {
        http.Response.Headers.Upgrade = Protocol;
        if (protocol.Length > 0) http.Response.Headers[VersionHeader] = protocol;
        return http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    private static string[] Asked(HttpContext http) =>
        [.. http.Request.Headers[VersionHeader].SelectMany(line => line!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
}
