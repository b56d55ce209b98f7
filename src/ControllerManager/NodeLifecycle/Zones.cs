using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>How fast the nodes of each zone that are not ready may get their NoExecute taints [node_lifecycle_controller.go, handleDisruption].</summary>
/// <remarks>
/// | zone                                   | nodes a second           |
/// |----------------------------------------|--------------------------|
/// | normal                                 | NodeEvictionRate         |
/// | partly disrupted, large                | SecondaryNodeEvictionRate|
/// | partly disrupted, small                | none                     |
/// | not ready at all, while others are     | NodeEvictionRate         |
/// | any, while no node is ready anywhere   | none                     |
/// One at once, then by the rate. Nodes with the label node.kubernetes.io/exclude-disruption are not counted. The loop's own; not thread-safe.
/// </remarks>
internal sealed class Zones(NodeLifecycleOptions options)
{
    private const string NotCounted = "node.kubernetes.io/exclude-disruption";

    private readonly Dictionary<ZoneKey, TaintRate> _rates = [];
    private bool _wasFull;

    /// <summary>Counts the nodes as they are now, and sets the rates by it.</summary>
    public Disruption Observe(IReadOnlyList<Node> nodes, DateTimeOffset now)
    {
        var counted = nodes.Where(node => !node.Metadata.Labels.ContainsKey(NotCounted)).GroupBy(ZoneKey.Of).ToDictionary(zone => zone.Key, zone => (State: StateOf([.. zone]), Size: zone.Count()));
        foreach (var gone in _rates.Keys.Except(nodes.Select(ZoneKey.Of)).ToList()) _rates.Remove(gone);
        var (wasFull, isFull) = (_wasFull, counted.Count > 0 && counted.Values.All(zone => zone.State == ZoneState.Full));
        _wasFull = isFull;
        foreach (var (key, zone) in counted) RateOf(key, now).Change(isFull ? 0 : RateFor(zone.State, zone.Size), now);
        return isFull ? Disruption.Full : wasFull ? Disruption.JustOver : Disruption.None;
    }

    /// <summary>Whether a node of the zone may be given up now; if so, that counts as done.</summary>
    public bool TryTake(Node node, DateTimeOffset now) => RateOf(ZoneKey.Of(node), now).TryTake(now);

    /// <summary>How long until a node of that zone may be given up; null: not before something changes.</summary>
    public TimeSpan? WaitFor(Node node, DateTimeOffset now) => RateOf(ZoneKey.Of(node), now).Wait(now);

    /// <summary>How a zone of these nodes is [ComputeZoneState].</summary>
    internal ZoneState StateOf(IReadOnlyCollection<Node> nodes)
    {
        var lost = nodes.Count(node => !node.IsReady());
        if (lost == nodes.Count) return ZoneState.Full;
        return lost > 2 && (float)lost / nodes.Count >= (float)options.UnhealthyZoneThreshold ? ZoneState.Partial : ZoneState.Normal;
    }

    private double RateFor(ZoneState state, int size) => state != ZoneState.Partial ? options.NodeEvictionRate
        : size > options.LargeClusterSizeThreshold ? options.SecondaryNodeEvictionRate : 0;

    private TaintRate RateOf(ZoneKey zone, DateTimeOffset now)
    {
        if (!_rates.TryGetValue(zone, out var rate)) _rates.Add(zone, rate = new TaintRate(options.NodeEvictionRate, now));
        return rate;
    }
}
