using System.Runtime.InteropServices;

namespace MiniK8s.Scheduler.Framework;

/// <summary>All nodes at one moment, region by region and zone by zone in turns. One cycle sees only one state of it.</summary>
/// <remarks>
/// Kept from cycle to cycle and brought up to date by <c>SchedulerCache.Refresh</c>, which replaces only the nodes that have changed: so
/// its cost does not grow with the cluster.
/// </remarks>
internal sealed class Snapshot
{
    private readonly List<NodeInfo> _nodes = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<string, int> _images = [];
    private List<int>? _withAffinity;
    private List<int>? _withAntiAffinity;
    private string[]? _names;

    public Snapshot(IEnumerable<NodeInfo> nodes) => Reset(nodes);

    public IReadOnlyList<NodeInfo> Nodes => _nodes;

    /// <summary>The same, for passes over thousands; until the next change.</summary>
    internal ReadOnlySpan<NodeInfo> Span => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>The nodes' names in their order; never changed, and the same list as long as both are the same.</summary>
    public IReadOnlyList<string> Names => _names ??= [.. _nodes.Select(node => node.Name)];

    /// <summary>How far the cache was when this was last refreshed.</summary>
    internal long Generation { get; set; }

    /// <summary>The nodes on which a pod has any rule of affinity or anti-affinity towards pods.</summary>
    public IEnumerable<NodeInfo> WithPodAffinity => (_withAffinity ??= Places(node => !node.PodsWithAffinity.IsEmpty)).Select(place => _nodes[place]);

    /// <summary>The nodes on which a pod has a required rule of anti-affinity.</summary>
    public IEnumerable<NodeInfo> WithRequiredAntiAffinity =>
        (_withAntiAffinity ??= Places(node => !node.PodsWithRequiredAntiAffinity.IsEmpty)).Select(place => _nodes[place]);

    /// <summary>The node of that name, if there is one.</summary>
    public NodeInfo? Find(string name) => _places.TryGetValue(name, out var place) ? _nodes[place] : null;

    /// <summary>The place in <see cref="Nodes"/> of the node of that name, which must be here.</summary>
    public int PlaceOf(string name) => _places[name];

    /// <summary>How many nodes have an image of that name.</summary>
    public int NodesHaving(string image) => _images.GetValueOrDefault(image);

    /// <summary>Other nodes, or another order of them.</summary>
    internal void Reset(IEnumerable<NodeInfo> nodes)
    {
        _nodes.Clear();
        _places.Clear();
        _images.Clear();
        foreach (var node in nodes)
        {
            _places.Add(node.Name, _nodes.Count);
            _nodes.Add(node);
            CountImages(node, 1);
        }
        (_withAffinity, _withAntiAffinity, _names) = (null, null, null);
    }

    /// <summary>A later state of a node that is here.</summary>
    internal void Replace(NodeInfo node)
    {
        var place = _places[node.Name];
        var old = _nodes[place];
        _nodes[place] = node;
        if (old.PodsWithAffinity.IsEmpty != node.PodsWithAffinity.IsEmpty) _withAffinity = null;
        if (old.PodsWithRequiredAntiAffinity.IsEmpty != node.PodsWithRequiredAntiAffinity.IsEmpty) _withAntiAffinity = null;
        if (ReferenceEquals(old.Images, node.Images)) return;
        CountImages(old, -1);
        CountImages(node, 1);
    }

    private List<int> Places(Predicate<NodeInfo> holds) => [.. Enumerable.Range(0, _nodes.Count).Where(place => holds(_nodes[place]))];

    private void CountImages(NodeInfo node, int change)
    {
        foreach (var image in node.Images.Keys) _images[image] = _images.GetValueOrDefault(image) + change;
    }
}
