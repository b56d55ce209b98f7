namespace MiniK8s.Scheduler.Framework;

/// <summary>All nodes at one moment, in the order in which they came. Immutable; one cycle sees only one of them.</summary>
internal sealed record Snapshot(IReadOnlyList<NodeInfo> Nodes);
