using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Commands;

/// <summary>What goes back to the caller of a command: both output streams as messages, one at a time.</summary>
/// <remarks>A write ends when the wire has taken it, so a command that prints faster than its caller reads waits.</remarks>
internal sealed class CommandOutputs
{
    private readonly IServerStreamWriter<CommandOutput> _responses;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public CommandOutputs(IServerStreamWriter<CommandOutput> responses)
    {
        _responses = responses;
        Stdout = new PieceStream((bytes, ct) => SendAsync(new() { Stdout = bytes }, ct));
        Stderr = new PieceStream((bytes, ct) => SendAsync(new() { Stderr = bytes }, ct));
    }

    public Stream Stdout { get; }

    public Stream Stderr { get; }

    /// <summary>Sends one message.</summary>
    /// <exception cref="IOException">The caller has gone.</exception>
    public async Task SendAsync(CommandOutput message, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        // Cancelling a gRPC write breaks off the whole call, so one that has begun is left to its end; only the wait for it is given up.
        if (!await WriteAsync(message).WaitAsync(ct)) throw new IOException("the caller has gone");
    }

    private async Task<bool> WriteAsync(CommandOutput message)
    {
        try
        {
            await _responses.WriteAsync(message, CancellationToken.None);
            return true;
        }
        catch (Exception ex) when (ex is IOException or InvalidOperationException or OperationCanceledException or RpcException)
        {
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A stream that can only be written, in pieces of at most 32 KiB.</summary>
    private sealed class PieceStream(Func<ByteString, CancellationToken, Task> send) : Stream
    {
        private const int MaxPiece = 32 << 10;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (; buffer.Length > 0; buffer = buffer[int.Min(MaxPiece, buffer.Length)..])
                await send(ByteString.CopyFrom(buffer.Span[..int.Min(MaxPiece, buffer.Length)]), cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Commands' output is asynchronous.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
