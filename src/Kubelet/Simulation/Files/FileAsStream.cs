namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>An open file for code that wants a stream: sequential and asynchronous. It does not close the file.</summary>
/// <param name="file">Read from and written to where it stands.</param>
/// <param name="stopping">Ends every wait, in place of the tokens that callers hand in.</param>
internal sealed class FileAsStream(OpenFile file, CancellationToken stopping) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => file.ReadAsync(buffer, stopping);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        file.ReadAsync(buffer.AsMemory(offset, count), stopping).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => file.WriteAsync(buffer, stopping);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        file.WriteAsync(buffer.AsMemory(offset, count), stopping).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Files are asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Files are asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
