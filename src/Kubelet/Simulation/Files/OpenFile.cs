namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>
/// What a file descriptor points at. Descriptors that are duplicated or inherited share one; it closes when the last of them does.
/// </summary>
internal abstract class OpenFile
{
    private int _references = 1;

    public virtual bool IsTerminal => false;

    public OpenFile Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) OnClose();
    }

    /// <summary>Reads at least one byte, or 0 at the end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct);

    /// <summary>Writes everything.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct);

    protected virtual void OnClose()
    {
    }
}

/// <summary>/dev/null, and /dev/zero when it is read; one opening of that ends after 1 GiB, so that nothing reads for ever.</summary>
internal sealed class NullFile(bool zeroes = false) : OpenFile
{
    private long _left = zeroes ? 1L << 30 : 0;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var count = (int)long.Min(_left, buffer.Length);
        buffer.Span[..count].Clear();
        _left -= count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) => ValueTask.CompletedTask;
}

/// <summary>Fixed bytes to read: here-documents and generated files of /proc.</summary>
internal sealed class ContentFile(ReadOnlyMemory<byte> content) : OpenFile
{
    private int _position;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var count = int.Min(buffer.Length, content.Length - _position);
        content.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) => throw FileError.Denied;
}

/// <summary>Collects what is written, up to a limit; what comes after is dropped.</summary>
/// <param name="limit">In bytes.</param>
/// <param name="owner">Who holds the memory until the file closes; null: the kubelet.</param>
internal sealed class CollectingFile(int limit, Processes.SimProcess? owner = null) : OpenFile
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes
    {
        get { lock (_bytes) return _bytes.ToArray(); }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => ValueTask.FromResult(0);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        lock (_bytes)
        {
            var room = data.Span[..(int)long.Min(data.Length, limit - _bytes.Length)];
            owner?.Hold(room.Length);
            _bytes.Write(room);
        }
        return ValueTask.CompletedTask;
    }

    protected override void OnClose()
    {
        lock (_bytes) owner?.Hold(-_bytes.Length);
    }
}

/// <summary>A stream of the caller's, for exec and attach; it is not closed here.</summary>
internal sealed class StreamFile(Stream stream) : OpenFile
{
    private readonly SemaphoreSlim _writing = new(1, 1);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => stream.ReadAsync(buffer, ct);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            await stream.WriteAsync(data, ct);
            await stream.FlushAsync(ct);
        }
        finally
        {
            _writing.Release();
        }
    }
}
