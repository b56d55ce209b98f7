namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>The greatest value known to hold by a moment, from (time, value) facts.</summary>
internal sealed class TimeBound
{
    private readonly long[] _times;
    private readonly long[] _values;    // running maximum
    private readonly long _none;

    /// <summary>Takes the facts in any order; before the first one the bound is <paramref name="none"/>.</summary>
    public TimeBound(IEnumerable<(long Time, long Value)> facts, long none)
    {
        _none = none;
        var sorted = facts.OrderBy(fact => fact.Time).ToList();
        _times = [.. sorted.Select(fact => fact.Time)];
        _values = new long[sorted.Count];
        for (var i = 0; i < sorted.Count; i++) _values[i] = long.Max(i == 0 ? none : _values[i - 1], sorted[i].Value);
    }

    /// <summary>The bound from facts strictly before the moment.</summary>
    public long Before(long time)
    {
        var (low, high) = (0, _times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_times[middle] < time) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? _none : _values[low - 1];
    }
}
