namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>
/// A pipe of 64 KiB: a writer waits while it is full, a reader while it is empty. After the writer has closed, readers get what is left
/// and then 0; after the
/// reader has closed, writing throws <see cref="BrokenPipe"/>.
/// </summary>
internal sealed class BytePipe
{
    private const int Capacity = 64 << 10;
    private readonly Lock _gate = new();            // guards everything below
    private byte[] _buffer = new byte[512];
    private int _start, _count;
    private bool _writerClosed, _readerClosed;
    private TaskCompletionSource? _changed;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_count > 0) return TakeLocked(buffer.Span);
                if (_writerClosed || _readerClosed || buffer.IsEmpty) return 0;
                changed = ChangedLocked();
            }
            await changed.WaitAsync(ct);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        while (!data.IsEmpty)
        {
            Task changed;
            lock (_gate)
            {
                if (_readerClosed || _writerClosed) throw new BrokenPipe();
                data = data[PutLocked(data.Span)..];
                if (data.IsEmpty) return;
                changed = ChangedLocked();
            }
            await changed.WaitAsync(ct);
        }
    }

    public void CloseWriter() => Close(ref _writerClosed);

    public void CloseReader() => Close(ref _readerClosed);

    private void Close(ref bool closed)
    {
        lock (_gate)
        {
            closed = true;
            SignalLocked();
        }
    }

    private int TakeLocked(Span<byte> target)
    {
        var count = int.Min(target.Length, _count);
        CopyLocked(target[..count]);
        _start = (_start + count) % _buffer.Length;
        _count -= count;
        SignalLocked();
        return count;
    }

    private int PutLocked(ReadOnlySpan<byte> data)
    {
        var count = int.Min(data.Length, Capacity - _count);
        if (count == 0) return 0;
        if (_count + count > _buffer.Length) GrowLocked(_count + count);
        var end = (_start + _count) % _buffer.Length;
        var untilWrap = int.Min(count, _buffer.Length - end);
        data[..untilWrap].CopyTo(_buffer.AsSpan(end));
        data[untilWrap..count].CopyTo(_buffer);
        _count += count;
        SignalLocked();
        return count;
    }

    private void GrowLocked(int needed)
    {
        var larger = new byte[int.Min(Capacity, int.Max(needed, _buffer.Length * 4))];
        CopyLocked(larger.AsSpan(0, _count));
        (_buffer, _start) = (larger, 0);
    }

    // The first bytes that wait, as many as fit; they lie around the end of the buffer.
    private void CopyLocked(Span<byte> target)
    {
        var untilWrap = int.Min(target.Length, _buffer.Length - _start);
        _buffer.AsSpan(_start, untilWrap).CopyTo(target);
        _buffer.AsSpan(0, target.Length - untilWrap).CopyTo(target[untilWrap..]);
    }

    private Task ChangedLocked() =>
        (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void SignalLocked()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}

/// <summary>Nobody reads the pipe any more: SIGPIPE for a process.</summary>
internal sealed class BrokenPipe() : IOException("Broken pipe");

/// <summary>One end of a pipe as a file.</summary>
internal sealed class PipeFile(BytePipe pipe, bool isWriter) : OpenFile
{
    public static (PipeFile Reader, PipeFile Writer) Create()
    {
        var pipe = new BytePipe();
        return (new PipeFile(pipe, isWriter: false), new PipeFile(pipe, isWriter: true));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) =>
        isWriter ? throw FileError.BadDescriptor : pipe.ReadAsync(buffer, ct);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) =>
        isWriter ? pipe.WriteAsync(data, ct) : throw FileError.BadDescriptor;

    protected override void OnClose()
    {
        if (isWriter) pipe.CloseWriter();
        else pipe.CloseReader();
    }
}
