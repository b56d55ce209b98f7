using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>Passes events to all readers; a slow one loses what it cannot hold, and is told so.</summary>
internal sealed class RuntimeEventHub(TimeProvider time)
{
    private const int Capacity = 4096;
    private readonly Lock _gate = new();        // guards _readers
    private Reader[] _readers = [];

    public void Publish(RuntimeEventKind kind, string podUid, string sandboxId, string containerId = "")
    {
        Reader[] readers;
        lock (_gate) readers = _readers;
        if (readers.Length == 0) return;
        var happened = new RuntimeEvent(kind, time.GetUtcNow(), podUid, sandboxId, containerId);
        foreach (var reader in readers) reader.Put(happened);
    }

    /// <summary>Begins at once, not when the first event is asked for.</summary>
    public IAsyncEnumerable<RuntimeEvent> Watch(CancellationToken ct)
    {
        var reader = new Reader();
        lock (_gate) _readers = [.. _readers, reader];
        return ReadAsync(reader, ct);
    }

    private async IAsyncEnumerable<RuntimeEvent> ReadAsync(Reader reader, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            await foreach (var happened in reader.Events.ReadAllAsync(ct))
            {
                yield return happened;
                if (reader.TakeLost()) yield return new RuntimeEvent(RuntimeEventKind.Lost, time.GetUtcNow(), "", "", "");
            }
        }
        finally
        {
            lock (_gate) _readers = [.. _readers.Where(r => r != reader)];
        }
    }

    private sealed class Reader
    {
        private readonly Channel<RuntimeEvent> _channel = Channel.CreateBounded<RuntimeEvent>(Capacity);
        private int _lost;

        public ChannelReader<RuntimeEvent> Events => _channel.Reader;

        public void Put(RuntimeEvent happened)
        {
            if (!_channel.Writer.TryWrite(happened)) Interlocked.Exchange(ref _lost, 1);
        }

        public bool TakeLost() => Interlocked.Exchange(ref _lost, 0) == 1;
    }
}
