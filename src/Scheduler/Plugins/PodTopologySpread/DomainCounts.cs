using System.Runtime.InteropServices;

using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>How many matching pods each domain of one constraint has. A domain with a node but without such a pod counts 0; others are not there.</summary>
internal sealed class DomainCounts
{
    private readonly Dictionary<HashedText, int> _counts;
    private int? _smallest;     // null: to be looked for

    public DomainCounts() => _counts = [];

    private DomainCounts(DomainCounts other) => (_counts, _smallest) = (new(other._counts), other._smallest);

    public int Domains => _counts.Count;

    /// <summary>Of all domains; 0 where there is none.</summary>
    public int Smallest => _smallest ??= FindSmallest();

    /// <summary>0 for what is no domain here.</summary>
    public int Of(HashedText domain) => _counts.GetValueOrDefault(domain);

    public void Add(HashedText domain, int change)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, domain, out _) += change;
        _smallest = null;
    }

    public DomainCounts Clone() => new(this);

    private int FindSmallest()
    {
        var smallest = int.MaxValue;
        foreach (var count in _counts.Values) smallest = int.Min(smallest, count);
        return _counts.Count == 0 ? 0 : smallest;
    }
}
