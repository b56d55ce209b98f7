using System.Threading.Channels;

using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>The memory of a node's machine: when its containers together hold more than there is, the kernel kills.</summary>
/// <remarks>
/// It kills the container with the highest oom_score, that is of its largest process: what that holds as thousandths of all there is, plus
/// oom_score_adj; the whole container goes (memory.oom.group). One at a time, until the others fit [Linux mm/oom_kill.c].
/// </remarks>
/// <param name="capacity">Bytes; <see cref="long.MaxValue"/> is no end of it.</param>
/// <param name="containers">Those of the node.</param>
internal sealed class NodeMemory(long capacity, Func<IEnumerable<SimContainer>> containers, TimeProvider time) : IDisposable
{
    private const int MaxUnread = 100;
    private readonly Lock _gate = new();        // guards _timer, and one choice at a time
    private readonly Channel<OutOfMemoryKill> _kills = Channel.CreateBounded<OutOfMemoryKill>(
        new BoundedChannelOptions(MaxUnread) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private ITimer? _timer;

    /// <summary>Whom it has killed; for one reader.</summary>
    public IAsyncEnumerable<OutOfMemoryKill> Kills(CancellationToken ct) => _kills.Reader.ReadAllAsync(ct);

    /// <summary>Some container holds more than before, or less. Comes back by itself at the moment when growing ones will be too many.</summary>
    public void Check()
    {
        if (capacity == long.MaxValue) return;
        while (Choose() is { } victim)
        {
            if (victim.KillForMemory() is { } kill) _kills.Writer.TryWrite(kill);
        }
    }

    public void Dispose()
    {
        lock (_gate) _timer?.Dispose();
    }

    private SimContainer? Choose()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var (held, growth) = (0L, 0L);
            (SimContainer Container, long Score)? worst = null;
            foreach (var container in containers())
            {
                if (container.IsOutOfMemory || container.Kernel is not { } kernel) continue;
                held += kernel.MemoryAt(now);
                growth += kernel.GrowthAt(now);
                var score = kernel.LargestAt(now).Bytes + (capacity / 1000 * container.Config.Resources.OomScoreAdj);
                if (worst is null || score > worst.Value.Score) worst = (container, score);
            }
            if (held > capacity) return worst?.Container.MarkOutOfMemory();

            _timer?.Dispose();
            _timer = growth > 0 ? time.CreateTimer(_ => Check(), null, TimeSpan.FromSeconds(((capacity - held) / (double)growth) + 0.001), Timeout.InfiniteTimeSpan) : null;
            return null;
        }
    }
}
