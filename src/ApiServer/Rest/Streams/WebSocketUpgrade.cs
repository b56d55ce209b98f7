using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.Http.Features;

namespace MiniK8s.ApiServer.Rest.Streams;

/// <summary>Opens a WebSocket to a client that is known to read already.</summary>
/// <remarks>
/// kubectl before 1.34 begins to read while it still makes the streams that it reads for, and throws away what comes for one that is not made
/// (kubernetes#131189). A runtime that takes some 50 ms to start a process hides that; ours does not, and of a command as short as <c>test -d</c> on a busy
/// machine kubectl lost the failure. So the first thing a client gets is a ping: its pong, or whatever else comes from it, says that it reads now. When it
/// has its streams nothing tells, so it has a moment more; one that is held up for longer than that just then can still lose something.
/// </remarks>
internal static class WebSocketUpgrade
{
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";     // RFC 6455, 1.3
    private static readonly byte[] Ping = [0x89, 0x00];                          // RFC 6455, 5.5.2: final, no application data
    private static readonly TimeSpan MostForPong = TimeSpan.FromSeconds(1);      // a client may have its reasons not to read yet
    private static readonly TimeSpan ForItsStreams = TimeSpan.FromMilliseconds(20);  // microseconds of work, and a thread that was put aside in the midst of it

    /// <summary>How often a WebSocket sends a pong unasked: a client's silent end shows, also while nothing is read from it.</summary>
    public static TimeSpan KeepAlive { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Answers 101 with the subprotocol ("": none), and waits until the client has been heard, for one that stays silent a second, and 20 ms more.</summary>
    /// <remarks>HTTP/2, which no kubectl speaks WebSocket over, is left to the framework.</remarks>
    public static async Task<WebSocket> AcceptAsync(HttpContext http, string subprotocol, TimeProvider time, CancellationToken ct)
    {
        var named = subprotocol.Length > 0 ? subprotocol : null;
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade) return await http.WebSockets.AcceptWebSocketAsync(named);
        var headers = http.Response.Headers;
        (headers.Connection, headers.Upgrade, headers.SecWebSocketAccept) = ("Upgrade", "websocket", AcceptKey(http.Request.Headers.SecWebSocketKey.ToString()));
        if (named is not null) headers.SecWebSocketProtocol = named;
        var stream = await upgrade.UpgradeAsync();
        await HearAsync(stream, time, ct);
        await Task.Delay(ForItsStreams, time, ct);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = named, KeepAliveInterval = KeepAlive });
    }

    // Takes nothing from the stream: to read no bytes is to wait for some.
    private static async Task HearAsync(Stream stream, TimeProvider time, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(MostForPong, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await stream.WriteAsync(Ping, ended.Token);
            _ = await stream.ReadAsync(Memory<byte>.Empty, ended.Token);
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException)
        {
            // Silent so far, or gone, which the request's end tells or the next write.
        }
    }

    private static string AcceptKey(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
}
