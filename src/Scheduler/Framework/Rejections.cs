namespace MiniK8s.Scheduler.Framework;

/// <summary>Why each node was rejected: of each, the first filter that did.</summary>
/// <param name="nodeCount">All nodes, also those not looked at.</param>
internal sealed class Rejections(int nodeCount)
{
    private readonly List<(NodeInfo Node, Status Status)> _nodes = [];
    private readonly HashSet<string> _plugins = [];
    private string? _wholePod;

    /// <summary>The rejected nodes.</summary>
    public IReadOnlyList<(NodeInfo Node, Status Status)> Nodes => _nodes;

    public IReadOnlySet<string> Plugins => _plugins;

    public void Add(NodeInfo node, string plugin, Status status)
    {
        _nodes.Add((node, status));
        _plugins.Add(plugin);
    }

    /// <summary>A pre-filter rejected the pod for all nodes.</summary>
    public void AddWholePod(string plugin, Status status)
    {
        _wholePod = string.Join(", ", status.Reasons);
        _plugins.Add(plugin);
    }

    /// <summary><c>0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.</c></summary>
    public string Describe() => _wholePod is { } reason
        ? $"0/{nodeCount} nodes are available: {reason}."
        : Describe(nodeCount, _nodes.SelectMany(node => node.Status.Reasons));

    /// <summary>The counted reasons, sorted as text with their counts: 10 of one come before 2 of another.</summary>
    public static string Describe(int nodeCount, IEnumerable<string> reasons)
    {
        var counted = reasons.CountBy(reason => reason).Select(pair => $"{pair.Value} {pair.Key}").Order(StringComparer.Ordinal).ToList();
        return counted.Count == 0 ? $"0/{nodeCount} nodes are available:" : $"0/{nodeCount} nodes are available: {string.Join(", ", counted)}.";
    }
}
