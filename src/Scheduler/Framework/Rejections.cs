using System.Runtime.InteropServices;

namespace MiniK8s.Scheduler.Framework;

/// <summary>Why each node was rejected: of each, the first filter that did.</summary>
/// <param name="nodeCount">All nodes, also those not looked at.</param>
internal sealed class Rejections(int nodeCount)
{
    private readonly List<(NodeInfo Node, Status Status, string Plugin)> _nodes = [];
    private readonly List<int> _resolvable = [];
    private int _nodeCount = nodeCount;
    private HashSet<string> _plugins = [];
    private string _lastPlugin = "";

    /// <summary>The rejected nodes, and whose word it is.</summary>
    public IReadOnlyList<(NodeInfo Node, Status Status, string Plugin)> Nodes => _nodes;

    /// <summary>The same, for passes over thousands.</summary>
    internal ReadOnlySpan<(NodeInfo Node, Status Status, string Plugin)> Span => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>The pre-filter that rejected the pod for all nodes.</summary>
    public (string Plugin, Status Status)? WholePod { get; private set; }

    /// <summary>All who rejected; never changed by what comes after <see cref="Clear"/>.</summary>
    public IReadOnlySet<string> Plugins => _plugins;

    /// <summary>Begins anew with what memory there is: thousands of rejections for each pod would keep the collector busy.</summary>
    public void Clear(int nodeCount)
    {
        _nodes.Clear();
        _resolvable.Clear();
        (_nodeCount, _plugins, _lastPlugin, WholePod) = (nodeCount, [], "", null);
    }

    /// <param name="place">Of the node in the snapshot.</param>
    public void Add(int place, NodeInfo node, string plugin, Status status)
    {
        _nodes.Add((node, status, plugin));
        if (status.Code == StatusCode.Unschedulable) _resolvable.Add(place);
        if (ReferenceEquals(plugin, _lastPlugin)) return;
        _plugins.Add(plugin);
        _lastPlugin = plugin;
    }

    /// <summary>A pre-filter rejected the pod for all nodes.</summary>
    public void AddWholePod(string plugin, Status status)
    {
        WholePod = (plugin, status);
        _plugins.Add(plugin);
    }

    /// <summary>The places of the nodes that might not reject the pod if others were removed from them.</summary>
    public IReadOnlyList<int> Resolvable => WholePod is var (_, status)
        ? status.Code == StatusCode.Unschedulable ? [.. Enumerable.Range(0, _nodeCount)] : []
        : _resolvable;

    /// <summary><c>0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.</c></summary>
    public string Describe() => WholePod is var (_, status)
        ? $"0/{_nodeCount} nodes are available: {string.Join(", ", status.Reasons)}."
        : Describe(_nodeCount, ReasonCounts());

    /// <summary>The counted reasons, sorted as text with their counts: 10 of one come before 2 of another.</summary>
    public static string Describe(int nodeCount, IEnumerable<KeyValuePair<string, int>> reasons)
    {
        var counted = reasons.Select(pair => $"{pair.Value} {pair.Key}").Order(StringComparer.Ordinal).ToList();
        return counted.Count == 0 ? $"0/{nodeCount} nodes are available:" : $"0/{nodeCount} nodes are available: {string.Join(", ", counted)}.";
    }

    // Thousands of nodes have few different statuses, mostly many in a row.
    private Dictionary<string, int> ReasonCounts()
    {
        var counts = new Dictionary<string, int>();
        var run = 0;
        for (var i = 0; i < _nodes.Count; i++)
        {
            run++;
            var status = _nodes[i].Status;
            if (i + 1 < _nodes.Count && ReferenceEquals(status, _nodes[i + 1].Status)) continue;
            foreach (var reason in status.Reasons) counts[reason] = counts.GetValueOrDefault(reason) + run;
            run = 0;
        }
        return counts;
    }
}
