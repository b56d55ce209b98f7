using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Rest.Streams.WebSockets;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>A command's user behind a WebSocket: channels 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize, and from v5 on 255 close.</summary>
internal sealed class WebSocketCommand : ICommandClient
{
    private const byte StdinChannel = 0, StdoutChannel = 1, StderrChannel = 2, ErrorChannel = 3, ResizeChannel = 4, CloseChannel = 255;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly ChannelSocket _socket;
    private readonly TimeProvider _time;
    private readonly Pipe _stdin = new(new(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
    private readonly TerminalSizes _sizes = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _reading;
    private bool _stdinEnded;

    public WebSocketCommand(ChannelSocket socket, TimeProvider time)
    {
        (_socket, _time, Stdin, Gone) = (socket, time, _stdin.Reader.AsStream(leaveOpen: true), _gone.Token);
        _reading = ReadAsync();
    }

    public Stream Stdin { get; }

    public ChannelReader<TerminalSize> Sizes => _sizes.Reader;

    public CancellationToken Gone { get; }

    /// <summary>Sends the empty message by which clients know that the streams are open.</summary>
    public ValueTask GreetAsync(CommandOptions options, CancellationToken ct) =>
        _socket.WriteAsync(options.Stdout ? StdoutChannel : options.Stderr ? StderrChannel : ErrorChannel, default, ct);

    public ValueTask WriteAsync(CommandStream stream, ReadOnlyMemory<byte> bytes, CancellationToken ct) =>
        _socket.WriteAsync(stream == CommandStream.Stdout ? StdoutChannel : StderrChannel, bytes, ct);

    public async Task EndAsync(CommandEnd end, CancellationToken ct)
    {
        var status = end.ToStatus(isRetold: _socket.Protocol.HasClose);
        if (_socket.Protocol.IsStatus) await _socket.WriteAsync(ErrorChannel, JsonCodec.Encode(status, typeMeta: null), ct);
        else if (status.Message.Length > 0) await _socket.WriteAsync(ErrorChannel, Encoding.UTF8.GetBytes(status.Message), ct);
        await _socket.CloseAsync(ct);
        // Until the client has closed too it may still be sending, and a connection torn down before that can cost it what we said last.
        await _stdin.Reader.CompleteAsync();
        await _reading.WaitAsync(Farewell, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _closing.Dispose();
        _gone.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _socket.ReadAsync(_closing.Token) is { } piece) await TakeAsync(piece);
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or OperationCanceledException)
        {
            // However it came about, the client is not there any more.
        }
        await EndStdinAsync();
        _sizes.End();
        await _gone.CancelAsync();
    }

    private async ValueTask TakeAsync(ChannelPiece piece)
    {
        switch (piece.Channel)
        {
            case StdinChannel when !_stdinEnded:
                await _stdin.Writer.WriteAsync(piece.Bytes, _closing.Token);
                break;
            case ResizeChannel:
                _sizes.Take(piece.Bytes.Span);
                break;
            case CloseChannel when _socket.Protocol.HasClose && piece.Bytes.Span is [StdinChannel, ..]:
                await EndStdinAsync();
                break;
        }
    }

    private async ValueTask EndStdinAsync()
    {
        _stdinEnded = true;
        await _stdin.Writer.CompleteAsync();
    }
}
