using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>The topology keys of several constraints.</summary>
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
}
