using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>What is known of a node's signs of life, and since when by our own clock.</summary>
/// <param name="Heartbeat">The last lastHeartbeatTime of its Ready condition.</param>
/// <param name="Renewal">The last renewTime of its Lease.</param>
/// <param name="HeardAt">When either last changed.</param>
internal sealed record NodeHealth(Timestamp? Heartbeat, Timestamp? Renewal, DateTimeOffset HeardAt)
{
    /// <summary>After another look: heard of now if something moved, as before if not.</summary>
    public static NodeHealth After(NodeHealth? before, Timestamp? heartbeat, Timestamp? renewal, DateTimeOffset now) =>
        before is not null && Equals(before.Heartbeat, heartbeat) && Equals(before.Renewal, renewal)
            ? before
            : new NodeHealth(heartbeat, renewal, now);
}

/// <summary>What conditions and taints a node should have.</summary>
/// <remarks>
/// | the node                          | Ready, MemoryPressure, DiskPressure, PIDPressure                                     |
/// |-----------------------------------|--------------------------------------------------------------------------------------|
/// | is heard from                     | as it says                                                                           |
/// | is silent, had posted it          | Unknown, NodeStatusUnknown: Kubelet stopped posting node status.                     |
/// | is silent, never posted it        | Unknown, NodeStatusNeverUpdated: Kubelet never posted node status.                   |
///
/// | condition                | taint                                                         |
/// |--------------------------|---------------------------------------------------------------|
/// | Ready=False              | node.kubernetes.io/not-ready, NoSchedule and NoExecute        |
/// | Ready=Unknown            | node.kubernetes.io/unreachable, NoSchedule and NoExecute      |
/// | MemoryPressure=True      | node.kubernetes.io/memory-pressure, NoSchedule                |
/// | DiskPressure=True        | node.kubernetes.io/disk-pressure, NoSchedule                  |
/// | PIDPressure=True         | node.kubernetes.io/pid-pressure, NoSchedule                   |
/// | NetworkUnavailable=True  | node.kubernetes.io/network-unavailable, NoSchedule            |
/// | spec.unschedulable       | node.kubernetes.io/unschedulable, NoSchedule                  |
/// NoExecute drives pods out, so whether it may be put on is <see cref="NoExecuteRule"/>.
/// </remarks>
internal static class NodeVerdict
{
    private const string NoSchedule = "NoSchedule";
    private const string NoExecute = "NoExecute";
    private static readonly string[] FromKubelet = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    private static readonly (string Type, string Status, string Key)[] Table =
    [
        ("Ready", "False", "node.kubernetes.io/not-ready"),
        ("Ready", "Unknown", "node.kubernetes.io/unreachable"),
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ];

    /// <summary>The status of a node that is silent; the node's own where it says so already.</summary>
    public static NodeStatus Silent(Node node, Timestamp now)
    {
        var status = node.Status?.Clone() ?? new NodeStatus();
        foreach (var type in FromKubelet)
        {
            var condition = status.Conditions.FirstOrDefault(candidate => candidate.Type == type);
            if (condition?.Status == "Unknown") continue;
            var wasPosted = condition is not null;
            if (condition is null) status.Conditions.Add(condition = new NodeCondition { Type = type, LastHeartbeatTime = node.Metadata.CreationTimestamp });
            condition.Status = "Unknown";
            condition.Reason = wasPosted ? "NodeStatusUnknown" : "NodeStatusNeverUpdated";
            condition.Message = wasPosted ? "Kubelet stopped posting node status." : "Kubelet never posted node status.";
            condition.LastTransitionTime = now;
        }
        return status;
    }

    /// <summary>Whether the two may need different taints.</summary>
    public static bool Differs(Node old, Node current) => !Wanted(old).SequenceEqual(Wanted(current)) || !Equals(old.Spec, current.Spec)
        || (old.Status?.Conditions.Count ?? 0) != (current.Status?.Conditions.Count ?? 0);

    /// <summary>Whether the node should have a NoExecute taint of ours and has none.</summary>
    public static bool LacksNoExecute(Node node) => Wanted(node).Any(taint => taint.Effect == NoExecute) && !HasNoExecute(node);

    /// <summary>The taints the node should have: ours by the table, all others as they are.</summary>
    public static IReadOnlyList<Taint> Taints(Node node, Timestamp now, NoExecuteRule rule)
    {
        var mayHave = rule == NoExecuteRule.Add || (rule == NoExecuteRule.Swap && HasNoExecute(node));
        var wanted = Wanted(node).Where(taint => mayHave || taint.Effect != NoExecute).ToList();
        var kept = Current(node).Where(taint => !IsOurs(taint) || wanted.Contains((taint.Key, taint.Effect))).ToList();
        var missing = wanted.Where(ours => !kept.Any(taint => (taint.Key, taint.Effect) == ours));
        return [.. kept, .. missing.Select(ours => new Taint { Key = ours.Key, Effect = ours.Effect, TimeAdded = now })];
    }

    private static IEnumerable<(string Key, string Effect)> Wanted(Node node)
    {
        foreach (var (type, status, key) in Table)
        {
            if (node.Status?.Conditions.Any(condition => condition.Type == type && condition.Status == status) != true) continue;
            yield return (key, NoSchedule);
            if (type == "Ready") yield return (key, NoExecute);
        }
        if (node.Spec is { Unschedulable: true }) yield return ("node.kubernetes.io/unschedulable", NoSchedule);
    }

    private static bool HasNoExecute(Node node) => Current(node).Any(taint => taint.Effect == NoExecute && IsOurs(taint));

    private static IEnumerable<Taint> Current(Node node) => node.Spec?.Taints ?? [];

    // A node that has not said anything yet keeps the not-ready taint that admission gave it.
    private static bool IsOurs(Taint taint) =>
        taint.Key == "node.kubernetes.io/unschedulable" || Table.Any(row => row.Key == taint.Key);
}
