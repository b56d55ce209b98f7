using System.Runtime.InteropServices;

using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>A number for each domain of some topologies, 0 at first.</summary>
internal sealed class DomainSums
{
    private readonly List<Sums> _topologies;     // few: searched one by one

    public DomainSums() => _topologies = [];

    private DomainSums(DomainSums other) => _topologies = [.. other._topologies.Select(sums => sums.Clone())];

    /// <summary>Whether all are 0.</summary>
    public bool AreZero => _topologies.TrueForAll(sums => sums.NonZero == 0);

    /// <summary>Adds to a domain; none of the topology's stands for nothing.</summary>
    public void Add(Topology topology, int domain, long amount)
    {
        if (domain != Topology.None) SumsOf(topology).Add(domain, amount);
    }

    /// <summary>Adds each node's count, by the factor, to the node's domain; says whether there was any to add.</summary>
    public bool AddEach(Snapshot snapshot, HashedText key, int[] counts, long factor = 1)
    {
        var (topology, domains) = snapshot.DomainsBy(key);
        var any = false;
        for (var place = 0; place < counts.Length; place++)
        {
            if (counts[place] == 0 || domains[place] == Topology.None) continue;
            Add(topology, domains[place], factor * counts[place]);
            any = true;
        }
        return any;
    }

    /// <summary>Adds what the terms of each node's pods are worth to the node's domains; says whether there was any to add.</summary>
    public bool AddEach(Snapshot snapshot, List<TermWorth>?[] worths)
    {
        var any = false;
        var (topology, domains) = (default(Topology), Array.Empty<int>());
        for (var place = 0; place < worths.Length; place++)
        {
            foreach (var (key, amount) in CollectionsMarshal.AsSpan(worths[place]))
            {
                if (topology?.Key != key) (topology, domains) = snapshot.DomainsBy(key);
                if (domains[place] == Topology.None) continue;
                Add(topology, domains[place], amount);
                any = true;
            }
        }
        return any;
    }

    public long Of(HashedText key, LabelSet node)
    {
        foreach (var sums in CollectionsMarshal.AsSpan(_topologies))
        {
            if (sums.Topology.Key == key) return sums.Of(node);
        }
        return 0;
    }

    /// <summary>Whether any of the node's domains is above 0.</summary>
    public bool AnyOf(LabelSet node)
    {
        foreach (var sums in CollectionsMarshal.AsSpan(_topologies))
        {
            if (sums.Of(node) > 0) return true;
        }
        return false;
    }

    /// <summary>The sum over the node's domains.</summary>
    public long TotalOf(LabelSet node)
    {
        var total = 0L;
        foreach (var sums in CollectionsMarshal.AsSpan(_topologies)) total += sums.Of(node);
        return total;
    }

    public DomainSums Clone() => new(this);

    private Sums SumsOf(Topology topology)
    {
        foreach (var sums in CollectionsMarshal.AsSpan(_topologies))
        {
            if (sums.Topology == topology) return sums;
        }
        _topologies.Add(new Sums(topology, new long[topology.Count], 0));
        return _topologies[^1];
    }

    private sealed class Sums(Topology topology, long[] byDomain, int nonZero)
    {
        public Topology Topology { get; } = topology;

        public int NonZero { get; private set; } = nonZero;

        public void Add(int domain, long amount)
        {
            ref var sum = ref byDomain[domain];
            if (sum != 0) NonZero--;
            sum += amount;
            if (sum != 0) NonZero++;
        }

        public long Of(LabelSet node) => NonZero > 0 && Topology.Find(node) is var domain and not Topology.None ? byDomain[domain] : 0;

        public Sums Clone() => new(Topology, [.. byDomain], NonZero);
    }
}
