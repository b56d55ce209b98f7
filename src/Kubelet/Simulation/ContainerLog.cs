using System.Runtime.CompilerServices;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>
/// A container's output, cut into lines as containerd cuts it: a line longer than 16 KiB comes in parts. Keeps the newest 1 MiB; older
/// lines go, as when the kubelet's log rotation
/// removes a file.
/// </summary>
internal sealed class ContainerLog
{
    public const int MaxLine = 16 << 10;
    private const int MaxBytes = 1 << 20;
    private const int PerLineCost = 64;
    private const int MaxChunk = 1000;
    private readonly Lock _gate = new();        // guards everything below
    private readonly List<LogLine> _lines = [];     // the first _head of them are dropped already
    private readonly MemoryStream[] _pending = [new(), new()];
    private long _firstNumber;
    private int _head;
    private int _bytes;
    private bool _ended;
    private TaskCompletionSource? _changed;

    /// <summary>What its file takes, with the time and the name of the stream before each line.</summary>
    public FileUsage Usage
    {
        get { lock (_gate) return new(FileTree.Blocks(_bytes), 1); }
    }

    public void Append(LogStream stream, ReadOnlySpan<byte> data, DateTimeOffset time)
    {
        lock (_gate)
        {
            var pending = _pending[(int)stream];
            while (!data.IsEmpty)
            {
                var end = data.IndexOf((byte)'\n');
                var room = MaxLine - (int)pending.Length;
                var take = int.Min(end < 0 ? data.Length : end, room);
                pending.Write(data[..take]);
                data = data[take..];
                if (!data.IsEmpty && data[0] == '\n')
                {
                    data = data[1..];
                    AddLocked(new LogLine(time, stream, Taken(pending)));
                }
                else if (pending.Length == MaxLine) AddLocked(new LogLine(time, stream, Taken(pending), IsPartial: true));
            }
        }
    }

    /// <summary>The container has ended: unfinished lines are written as they are, and followers come to an end.</summary>
    public void End(DateTimeOffset time)
    {
        lock (_gate)
        {
            if (_ended) return;
            for (var stream = LogStream.Stdout; stream <= LogStream.Stderr; stream++)
                if (_pending[(int)stream].Length > 0) AddLocked(new LogLine(time, stream, Taken(_pending[(int)stream]), IsPartial: true));
            _ended = true;
            SignalLocked();
        }
    }

    public async IAsyncEnumerable<LogLine> ReadAsync(LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        var left = options.LimitBytes ?? long.MaxValue;
        var next = StartAt(options);
        while (left > 0)
        {
            var (lines, first, ended, changed) = TakeFrom(next, wait: options.Follow);
            next = first + lines.Count;         // rotation may have overtaken the reader
            foreach (var line in lines)
            {
                var cost = line.Text.Length + (line.IsPartial ? 0 : 1);
                yield return cost > left ? line with { Text = line.Text[..(int)long.Min(line.Text.Length, left)], IsPartial = true } : line;
                left -= cost;
                if (left <= 0) yield break;
            }
            if (lines.Count == 0 && (ended || changed is null)) yield break;
            if (lines.Count == 0) await changed!.WaitAsync(ct);
        }
    }

    // The number of the first line to show.
    private long StartAt(LogOptions options)
    {
        lock (_gate)
        {
            var start = _head;
            if (options.Since is { } since) while (start < _lines.Count && _lines[start].Time < since) start++;
            return _firstNumber + (options.TailLines is { } tail ? TailStartLocked(start, tail) : start) - _head;
        }
    }

    // A line in parts counts once.
    private int TailStartLocked(int from, int tail)
    {
        var (start, whole) = (_lines.Count, 0);
        for (; start > from; start--)
        {
            if (!_lines[start - 1].IsPartial || start == _lines.Count) whole++;
            if (whole > tail) break;
        }
        return start;
    }

    private (List<LogLine> Lines, long First, bool Ended, Task? Changed) TakeFrom(long next, bool wait)
    {
        lock (_gate)
        {
            var first = long.Max(next, _firstNumber);
            var index = (int)(first - _firstNumber) + _head;
            var lines = _lines.GetRange(index, int.Min(MaxChunk, _lines.Count - index));
            if (lines.Count > 0 || !wait || _ended) return (lines, first, _ended, null);
            return (lines, first, false, (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
        }
    }

    private void AddLocked(LogLine line)
    {
        if (_ended) return;
        _lines.Add(line);
        _bytes += line.Text.Length + PerLineCost;
        while (_bytes > MaxBytes)
        {
            _bytes -= _lines[_head++].Text.Length + PerLineCost;
            _firstNumber++;
        }
        if (_head > 1024 && _head > _lines.Count / 2)
        {
            _lines.RemoveRange(0, _head);
            _head = 0;
        }
        SignalLocked();
    }

    private void SignalLocked()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private static byte[] Taken(MemoryStream pending)
    {
        var bytes = pending.ToArray();
        pending.SetLength(0);
        return bytes;
    }
}

/// <summary>Standard output or error of a container: goes to the log, and to whoever is attached.</summary>
internal sealed class LogFile(ContainerLog log, LogStream stream, Func<DateTimeOffset> now, AttachedStreams attached) : OpenFile
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => ValueTask.FromResult(0);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        log.Append(stream, data.Span, now());
        return attached.WriteAsync(stream, data, ct);
    }
}

/// <summary>The streams of clients that have attached to a container.</summary>
internal sealed class AttachedStreams
{
    private readonly Lock _gate = new();        // guards _clients
    private ContainerStreams[] _clients = [];

    public void Add(ContainerStreams client)
    {
        lock (_gate) _clients = [.. _clients, client];
    }

    public void Remove(ContainerStreams client)
    {
        lock (_gate) _clients = [.. _clients.Where(c => c != client)];
    }

    public async ValueTask WriteAsync(LogStream stream, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        ContainerStreams[] clients;
        lock (_gate) clients = _clients;
        foreach (var client in clients)
        {
            try
            {
                var target = stream == LogStream.Stdout ? client.Stdout : client.Stderr;
                if (target is null) continue;
                await target.WriteAsync(data, ct);
                await target.FlushAsync(ct);
            }
            catch (IOException)
            {
                Remove(client);         // it has gone; the container does not care
            }
        }
    }
}
