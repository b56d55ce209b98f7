using System.Runtime.InteropServices;

namespace MiniK8s.Scheduler.Framework;

/// <summary>All nodes at one moment, region by region and zone by zone in turns. One cycle sees only one state of it.</summary>
/// <remarks>
/// Kept from cycle to cycle and brought up to date by <c>SchedulerCache.Refresh</c>, which replaces only the nodes that have changed: so
/// its cost does not grow with the cluster.
/// </remarks>
internal sealed class Snapshot
{
    private const string RowsKey = "rows";

    private readonly List<NodeInfo> _nodes = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<string, int> _images = [];
    private readonly Dictionary<HashedText, Topology> _topologies = [];
    private readonly NodeColumns _columns;
    private int _nodesWithAffinity;
    private int _nodesWithAntiAffinity;
    private string[]? _names;
    private NominatedPods? _nominated;     // whom the nodes expect
    private long _nominatedSeen = NominatedPods.SeenNone;

    public Snapshot(IEnumerable<NodeInfo> nodes)
    {
        _columns = new NodeColumns(_nodes);
        Reset(nodes);
    }

    public IReadOnlyList<NodeInfo> Nodes => _nodes;

    /// <summary>The same, for passes over thousands; until the next change.</summary>
    internal ReadOnlySpan<NodeInfo> Span => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>The nodes' names in their order; never changed, and the same list as long as both are the same.</summary>
    public IReadOnlyList<string> Names => _names ??= [.. _nodes.Select(node => node.Name)];

    /// <summary>How far the cache was when this was last refreshed.</summary>
    internal long Generation { get; set; }

    /// <summary>Whether any pod has a rule of affinity or anti-affinity towards pods.</summary>
    public bool HasPodAffinity => _nodesWithAffinity > 0;

    /// <summary>Whether any pod has a required rule of anti-affinity.</summary>
    public bool HasRequiredAntiAffinity => _nodesWithAntiAffinity > 0;

    /// <summary>A value of each node, in the order of <see cref="Nodes"/>, worked out again only for nodes that have changed (<see cref="NodeColumns.Of"/>).</summary>
    public T[] Column<T>(object key, Func<NodeInfo, T> of) => _columns.Of(key, of);

    /// <summary>The rows of all nodes, in the order of <see cref="Nodes"/>.</summary>
    public NodeRows[] Rows() => _columns.Of(RowsKey, static node => new NodeRows(node));

    /// <summary>The same without the pods of lower priority; of a node without such, its own.</summary>
    public NodeRows[] RowsWithoutBelow(int priority) => _columns.Of(new WithoutBelowKey(priority), node => new NodeRows(node.WithoutBelow(priority)));

    /// <summary>The domains by a node label, and the number of each node's, in the order of <see cref="Nodes"/>.</summary>
    public (Topology Topology, int[] Domains) DomainsBy(HashedText key)
    {
        if (!_topologies.TryGetValue(key, out var topology)) _topologies.Add(key, topology = new Topology(key));
        return (topology, _columns.Of(topology, node => topology.Number(node.Labels)));
    }

    /// <summary>The place of a node of this snapshot among <see cref="Nodes"/>.</summary>
    public int PlaceOf(NodeInfo node) => _places[node.Name];

    /// <summary>The node of that name, if there is one.</summary>
    public NodeInfo? Find(string name) => _places.TryGetValue(name, out var place) ? _nodes[place] : null;

    /// <summary>How many nodes have an image of that name.</summary>
    public int NodesHaving(string image) => _images.GetValueOrDefault(image);

    /// <summary>From now on each node expects the pods that are nominated to it, as they are at this moment.</summary>
    internal void Expect(NominatedPods nominated)
    {
        if (!ReferenceEquals(_nominated, nominated)) (_nominated, _nominatedSeen) = (nominated, NominatedPods.SeenNone);
        foreach (var name in nominated.ChangedSince(ref _nominatedSeen) ?? Names)
        {
            if (!_places.TryGetValue(name, out var place)) continue;
            var expected = nominated.On(name);
            if (_nodes[place].Expected != expected) Set(place, _nodes[place].Expecting(expected));
        }
    }

    /// <summary>Other nodes, or another order of them.</summary>
    internal void Reset(IEnumerable<NodeInfo> nodes)
    {
        _nodes.Clear();
        _places.Clear();
        _images.Clear();
        _topologies.Clear();
        _columns.Clear();
        (_nodesWithAffinity, _nodesWithAntiAffinity) = (0, 0);
        foreach (var node in nodes)
        {
            _places.Add(node.Name, _nodes.Count);
            _nodes.Add(node);
            CountImages(node, 1);
            CountAffinity(node, 1);
        }
        (_names, _nominatedSeen) = (null, NominatedPods.SeenNone);
    }

    /// <summary>A later state of a node that is here.</summary>
    internal void Replace(NodeInfo node)
    {
        var place = _places[node.Name];
        var old = _nodes[place];
        Set(place, old.Expected.IsEmpty ? node : node.Expecting(old.Expected));
        CountAffinity(old, -1);
        CountAffinity(node, 1);
        if (ReferenceEquals(old.Images, node.Images)) return;
        CountImages(old, -1);
        CountImages(node, 1);
    }

    private void Set(int place, NodeInfo node)
    {
        _nodes[place] = node;
        _columns.Change(place);
    }

    private void CountAffinity(NodeInfo node, int change)
    {
        if (!node.PodsWithAffinity.IsEmpty) _nodesWithAffinity += change;
        if (!node.PodsWithRequiredAntiAffinity.IsEmpty) _nodesWithAntiAffinity += change;
    }

    private void CountImages(NodeInfo node, int change)
    {
        foreach (var image in node.Images.Keys) _images[image] = _images.GetValueOrDefault(image) + change;
    }

    private sealed record WithoutBelowKey(int Priority);
}
