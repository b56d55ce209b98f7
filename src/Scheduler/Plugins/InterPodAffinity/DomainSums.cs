using System.Runtime.InteropServices;

using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>A number for each domain: a label key with one of its values, which the nodes that have it share. 0 where nothing was added.</summary>
internal sealed class DomainSums
{
    private readonly List<(HashedText Key, Dictionary<HashedText, long> Sums)> _keys;     // few: searched one by one

    public DomainSums() => _keys = [];

    private DomainSums(DomainSums other) => _keys = [.. other._keys.Select(key => (key.Key, new Dictionary<HashedText, long>(key.Sums)))];

    /// <summary>Whether all are 0.</summary>
    public bool IsEmpty => _keys.TrueForAll(key => key.Sums.Count == 0);

    /// <summary>Adds to the node's domain of that key, if it has the key; says whether it has.</summary>
    public bool Add(HashedText key, LabelSet node, long amount)
    {
        if (!node.TryFind(key, out var value)) return false;
        var sums = SumsOf(key);
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, value, out _);
        sum += amount;
        if (sum == 0) sums.Remove(value);
        return true;
    }

    public long Of(HashedText key, HashedText value)
    {
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(_keys))
        {
            if (entry.Key == key) return entry.Sums.GetValueOrDefault(value);
        }
        return 0;
    }

    /// <summary>Whether any of the node's domains is above 0.</summary>
    public bool AnyOf(LabelSet node)
    {
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(_keys))
        {
            if (entry.Sums.Count > 0 && node.TryFind(entry.Key, out var value) && entry.Sums.GetValueOrDefault(value) > 0) return true;
        }
        return false;
    }

    /// <summary>The sum over the node's domains.</summary>
    public long TotalOf(LabelSet node)
    {
        var total = 0L;
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(_keys))
        {
            if (node.TryFind(entry.Key, out var value)) total += entry.Sums.GetValueOrDefault(value);
        }
        return total;
    }

    public DomainSums Clone() => new(this);

    private Dictionary<HashedText, long> SumsOf(HashedText key)
    {
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(_keys))
        {
            if (entry.Key == key) return entry.Sums;
        }
        _keys.Add((key, []));
        return _keys[^1].Sums;
    }
}
