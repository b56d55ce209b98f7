using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>One side of a TCP connection.</summary>
internal sealed class Connection(BytePipe incoming, BytePipe outgoing, string localAddress, string remoteAddress) : PodConnection
{
    public static (Connection Client, Connection Server) Create(string clientAddress, string serverAddress)
    {
        var (up, down) = (new BytePipe(), new BytePipe());
        return (new Connection(down, up, clientAddress, serverAddress), new Connection(up, down, serverAddress, clientAddress));
    }

    public string LocalAddress { get; } = localAddress;
    public string RemoteAddress { get; } = remoteAddress;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => incoming.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        incoming.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => outgoing.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        outgoing.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void CloseSending() => outgoing.CloseWriter();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        outgoing.CloseWriter();
        incoming.CloseReader();
        base.Dispose(disposing);
    }
}
