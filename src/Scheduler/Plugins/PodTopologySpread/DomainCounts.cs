using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>How many matching pods each domain of one constraint has. A domain with a node that counts but without such a pod has 0.</summary>
internal sealed class DomainCounts
{
    private const int NotThere = -1;     // a domain without a node that counts

    private readonly Topology _topology;
    private readonly int[] _counts;
    private int? _smallest;     // null: to be looked for

    public DomainCounts(Topology topology)
    {
        _topology = topology;
        _counts = new int[topology.Count];
        Array.Fill(_counts, NotThere);
    }

    private DomainCounts(DomainCounts other) =>
        (_topology, _counts, _smallest, Domains) = (other._topology, [.. other._counts], other._smallest, other.Domains);

    /// <summary>How many there are.</summary>
    public int Domains { get; private set; }

    /// <summary>Of all domains; 0 where there is none.</summary>
    public int Smallest => _smallest ??= FindSmallest();

    /// <summary>Of the node's domain; 0 where that is none.</summary>
    public int Of(LabelSet node) => _topology.Find(node) is var domain and not Topology.None ? int.Max(0, _counts[domain]) : 0;

    /// <summary>The domain is there from now on, if it was not.</summary>
    public void Add(int domain, int change)
    {
        ref var count = ref _counts[domain];
        if (count == NotThere) (count, Domains) = (0, Domains + 1);
        count += change;
        _smallest = null;
    }

    /// <summary>The same for the node's domain.</summary>
    public void Add(LabelSet node, int change) => Add(_topology.Find(node), change);

    public DomainCounts Clone() => new(this);

    private int FindSmallest()
    {
        var smallest = int.MaxValue;
        foreach (var count in _counts)
        {
            if (count != NotThere) smallest = int.Min(smallest, count);
        }
        return Domains == 0 ? 0 : smallest;
    }
}
