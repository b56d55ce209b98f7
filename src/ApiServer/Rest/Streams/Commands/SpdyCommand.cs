using System.Text;
using System.Threading.Channels;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Rest.Streams.Spdy;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>A command's user behind a SPDY connection: one stream for each of error, stdin, stdout, stderr and resize.</summary>
internal sealed class SpdyCommand : ICommandClient
{
    /// <summary>In the order of preference; v5 exists over WebSocket only.</summary>
    public static readonly string[] Protocols = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

    private const string Error = "error", Input = "stdin", Output = "stdout", Errors = "stderr", Resize = "resize";
    private static readonly TimeSpan CreationTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly SpdyConnection _connection;
    private readonly string _protocol;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, SpdyStream> _streams = [];
    private readonly TerminalSizes _sizes = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private Task _resizing = Task.CompletedTask;

    public SpdyCommand(Stream transport, string protocol, TimeProvider time)
    {
        (_connection, _protocol, _time, Gone) = (new SpdyConnection(transport), protocol, time, _gone.Token);
        _running = RunAsync();
    }

    public Stream Stdin => _streams[Input].Input.AsStream(leaveOpen: true);

    public ChannelReader<TerminalSize> Sizes => _sizes.Reader;

    public CancellationToken Gone { get; }

    /// <summary>Waits until the client has opened every stream that its options call for.</summary>
    /// <exception cref="IOException">It has not, within 30 s, or has left.</exception>
    public async Task OpenAsync(CommandOptions options, CancellationToken ct)
    {
        HashSet<string> missing = [Error];
        if (options.Stdin) missing.Add(Input);
        if (options.Stdout) missing.Add(Output);
        if (options.Stderr) missing.Add(Errors);
        if (options.Tty && _protocol is "v4.channel.k8s.io" or "v3.channel.k8s.io") missing.Add(Resize);
        using var late = new CancellationTokenSource(CreationTimeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            await foreach (var stream in _connection.AcceptAsync(limit.Token))
            {
                await TakeAsync(stream, missing, ct);
                if (missing.Count == 0) break;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new IOException("timed out waiting for client to create streams");
        }
        if (missing.Count > 0) throw new IOException("the client has left before its streams were there");
        if (_streams.TryGetValue(Resize, out var sizes)) _resizing = ReadSizesAsync(sizes);
    }

    public ValueTask WriteAsync(CommandStream stream, ReadOnlyMemory<byte> bytes, CancellationToken ct) =>
        _streams[stream == CommandStream.Stdout ? Output : Errors].WriteAsync(bytes, ct);

    public async Task EndAsync(CommandEnd end, CancellationToken ct)
    {
        var status = end.ToStatus(isRetold: false);
        var words = _protocol == Protocols[0] ? JsonCodec.Encode(status, typeMeta: null) : Encoding.UTF8.GetBytes(status.Message);
        await _streams[Error].WriteAsync(words, ct);
        foreach (var stream in _streams.Values) await stream.EndAsync(ct);
        if (_streams.TryGetValue(Input, out var input)) input.Dispose();        // what still comes is thrown away
        await _running.WaitAsync(Farewell, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _running;
        await _resizing;
        _connection.Dispose();
        _closing.Dispose();
        _gone.Dispose();
    }

    private async Task TakeAsync(SpdyStream stream, HashSet<string> missing, CancellationToken ct)
    {
        var type = stream.Headers.GetValueOrDefault("streamtype") ?? "";
        if (!missing.Remove(type))
        {
            await stream.ResetAsync(SpdyStatus.RefusedStream, ct);
            return;
        }
        _streams[type] = stream;
        await stream.AcceptAsync(ct);
    }

    private async Task RunAsync()
    {
        try
        {
            await _connection.RunAsync(_closing.Token);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // However it came about, the client is not there any more.
        }
        await _gone.CancelAsync();
    }

    private async Task ReadSizesAsync(SpdyStream stream)
    {
        try
        {
            var buffer = new byte[256];
            await using var sizes = stream.Input.AsStream();
            while (await sizes.ReadAsync(buffer, _closing.Token) is var count and > 0) _sizes.Take(buffer.AsSpan(0, count));
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // No more sizes: the terminal keeps the one it has.
        }
        _sizes.End();
    }
}
