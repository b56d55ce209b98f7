using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Where the constraints of pods without any come from.</summary>
internal enum SpreadDefaulting
{
    /// <summary>Built in: softly over hosts (maxSkew 3) and zones (maxSkew 5).</summary>
    System,

    /// <summary>From <see cref="PodTopologySpreadArgs.DefaultConstraints"/>.</summary>
    List,
}

/// <summary>The plugin's arguments, named and preset as in kubescheduler.config.k8s.io/v1.</summary>
/// <param name="DefaultConstraints">For pods without constraints of their own, with <see cref="SpreadDefaulting.List"/>; they have no labelSelector. Null for none.</param>
internal sealed record PodTopologySpreadArgs(
    IReadOnlyList<TopologySpreadConstraint>? DefaultConstraints = null, SpreadDefaulting DefaultingType = SpreadDefaulting.System);
