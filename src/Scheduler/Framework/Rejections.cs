namespace MiniK8s.Scheduler.Framework;

/// <summary>Why each node was rejected: of each, the first filter that did.</summary>
/// <param name="nodeCount">All nodes, also those not looked at.</param>
internal sealed class Rejections(int nodeCount)
{
    private readonly List<(NodeInfo Node, Status Status, string Plugin)> _nodes = [];
    private readonly HashSet<string> _plugins = [];
    private string _lastPlugin = "";

    /// <summary>The rejected nodes, and whose word it is.</summary>
    public IReadOnlyList<(NodeInfo Node, Status Status, string Plugin)> Nodes => _nodes;

    /// <summary>The pre-filter that rejected the pod for all nodes.</summary>
    public (string Plugin, Status Status)? WholePod { get; private set; }

    public IReadOnlySet<string> Plugins => _plugins;

    public void Add(NodeInfo node, string plugin, Status status)
    {
        _nodes.Add((node, status, plugin));
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

    /// <summary>The nodes that might not reject the pod if others were removed from them.</summary>
    public IReadOnlyList<NodeInfo> Resolvable(Snapshot snapshot) => WholePod is var (_, status)
        ? status.Code == StatusCode.Unschedulable ? snapshot.Nodes : []
        : Unschedulable();

    private List<NodeInfo> Unschedulable()
    {
        var nodes = new List<NodeInfo>(_nodes.Count);
        foreach (var (node, status, _) in _nodes)
        {
            if (status.Code == StatusCode.Unschedulable) nodes.Add(node);
        }
        return nodes;
    }

    /// <summary><c>0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.</c></summary>
    public string Describe() => WholePod is var (_, status)
        ? $"0/{nodeCount} nodes are available: {string.Join(", ", status.Reasons)}."
        : Describe(nodeCount, _nodes.SelectMany(node => node.Status.Reasons));

    /// <summary>The counted reasons, sorted as text with their counts: 10 of one come before 2 of another.</summary>
    public static string Describe(int nodeCount, IEnumerable<string> reasons)
    {
        var counted = reasons.CountBy(reason => reason).Select(pair => $"{pair.Value} {pair.Key}").Order(StringComparer.Ordinal).ToList();
        return counted.Count == 0 ? $"0/{nodeCount} nodes are available:" : $"0/{nodeCount} nodes are available: {string.Join(", ", counted)}.";
    }
}
