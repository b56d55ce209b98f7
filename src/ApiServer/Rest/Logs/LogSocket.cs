using System.Net.WebSockets;
using System.Text;

using MiniK8s.ApiServer.Rest.Streams.WebSockets;

namespace MiniK8s.ApiServer.Rest.Logs;

/// <summary>A log over a WebSocket: an empty message, then one for each piece, as bytes or in base64. What the client sends means nothing.</summary>
/// <remarks>Source: apimachinery util/httpstream/wsstream of Kubernetes 1.32.</remarks>
internal sealed class LogSocket : ILogOutput
{
    private const string Base64 = "base64.binary.k8s.io";
    private static readonly string[] Spoken = ["", "binary.k8s.io", Base64];
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly HttpContext _http;
    private readonly string _protocol;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended;
    private WebSocket? _socket;
    private Task _reading = Task.CompletedTask;

    /// <exception cref="Api.Errors.ApiException">403: the client speaks nothing that is spoken here.</exception>
    public LogSocket(HttpContext http, TimeProvider time, CancellationToken ct)
    {
        var asked = http.WebSockets.WebSocketRequestedProtocols;
        _protocol = asked.Count == 0 ? "" : asked.FirstOrDefault(Spoken.Contains) ?? throw ChannelProtocol.Unspoken(asked, Spoken);
        (_http, _time, _ended) = (http, time, CancellationTokenSource.CreateLinkedTokenSource(ct));
        Ended = _ended.Token;
    }

    public CancellationToken Ended { get; }

    public async Task BeginAsync(CancellationToken ct)
    {
        _socket = await _http.WebSockets.AcceptWebSocketAsync(_protocol.Length > 0 ? _protocol : null);
        _reading = ReadAsync(_socket);
        await WriteAsync(default, ct);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken ct)
    {
        try
        {
            if (_protocol == Base64) await _socket!.SendAsync(Encoding.ASCII.GetBytes(Convert.ToBase64String(piece.Span)), WebSocketMessageType.Text, endOfMessage: true, ct);
            else await _socket!.SendAsync(piece, WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or InvalidOperationException)
        {
            await _ended.CancelAsync();
            throw new OperationCanceledException("the client has gone", ex, Ended);
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        try
        {
            await _socket!.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or InvalidOperationException)
        {
            return;             // the client was faster
        }
        // A connection torn down before the client has closed too can cost it what we said last.
        await _reading.WaitAsync(Farewell, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _reading;
        _socket?.Dispose();
        _ended.Dispose();
    }

    private async Task ReadAsync(WebSocket socket)
    {
        var unread = new byte[256];
        try
        {
            while (await socket.ReceiveAsync(unread.AsMemory(), Ended) is { MessageType: not WebSocketMessageType.Close })
            {
            }
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or OperationCanceledException)
        {
            // However it came about, the client is not there any more.
        }
        await _ended.CancelAsync();
    }
}
