using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>What constraints ask of a snapshot.</summary>
internal static class SpreadKeys
{
    /// <summary>Whether the node has the keys of all constraints.</summary>
    public static bool AllIn(this SpreadConstraint[] constraints, LabelSet node)
    {
        foreach (var constraint in constraints)
        {
            if (!node.Has(constraint.TopologyKey)) return false;
        }
        return true;
    }

    /// <summary>How many pods of each node the constraint counts for a pod of that namespace.</summary>
    public static int[] CountLive(this Snapshot snapshot, string ns, LabelMatcher pods) =>
        snapshot.Column(new LiveKey(ns, pods.Text), node => node.CountLive(ns, pods));

    private sealed record LiveKey(string Namespace, string Pods);
}
