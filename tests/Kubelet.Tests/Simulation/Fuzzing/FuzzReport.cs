using System.Globalization;
using System.Text;

namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>What many scripts cost: their number, their sum, the worst by processor and by clock.</summary>
internal sealed class FuzzReport
{
    private const int Kept = 5;
    private readonly PriorityQueue<(ThreadTimes Times, string Script), TimeSpan> _slowest = new();
    private TimeSpan _cpu, _clock, _longest, _idlest;
    private long _peak;
    private int _count;

    public void Add(ThreadTimes times, string script)
    {
        _count++;
        (_cpu, _clock) = (_cpu + times.Cpu, _clock + times.Clock);
        if (times.Clock > _longest) _longest = times.Clock;
        if (times.Idle > _idlest) _idlest = times.Idle;
        if (_count % 100 == 0) _peak = long.Max(_peak, Environment.WorkingSet);
        _slowest.Enqueue((times, script), times.Cpu);
        if (_slowest.Count > Kept) _slowest.Dequeue();
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_count} scripts: {_cpu.TotalSeconds:0.0} s of a processor, {_clock.TotalSeconds:0.0} s by the clock; ");
        text.Append(CultureInfo.InvariantCulture, $"the longest {_longest.TotalMilliseconds:0} ms by the clock, {_idlest.TotalMilliseconds:0} ms standing still; the process took at most {_peak >> 20} MiB; the dearest:\n");
        foreach (var ((times, script), _) in _slowest.UnorderedItems.OrderByDescending(i => i.Priority)) text.Append(CultureInfo.InvariantCulture, $"=== {times}\n{script}\n");
        return text.ToString();
    }
}
