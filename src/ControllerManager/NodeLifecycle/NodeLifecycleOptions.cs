using System.ComponentModel.DataAnnotations;

namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>When a node that is silent counts as lost, and how fast lost nodes are given up. Names and defaults are the flags of kube-controller-manager.</summary>
public sealed class NodeLifecycleOptions
{
    /// <summary>How often nodes are looked at. Default 5 s.</summary>
    public TimeSpan NodeMonitorPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may be silent. Default 50 s, as of Kubernetes 1.32 (40 s before).</summary>
    public TimeSpan NodeMonitorGracePeriod { get; set; } = TimeSpan.FromSeconds(50);

    /// <summary>How long a node that never posted a status may be silent. Default 60 s.</summary>
    public TimeSpan NodeStartupGracePeriod { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many nodes of a zone get their NoExecute taint a second. Default 0.1.</summary>
    [Range(0, double.MaxValue)]
    public double NodeEvictionRate { get; set; } = 0.1;

    /// <summary>The same in a large zone most of which is not ready; 0 in a small one. Default 0.01.</summary>
    [Range(0, double.MaxValue)]
    public double SecondaryNodeEvictionRate { get; set; } = 0.01;

    /// <summary>From which part of its nodes on (three at least) a zone that is not ready counts as disrupted. Default 0.55.</summary>
    [Range(0, 1)]
    public double UnhealthyZoneThreshold { get; set; } = 0.55;

    /// <summary>More nodes than this make a zone large. Default 50.</summary>
    [Range(0, int.MaxValue)]
    public int LargeClusterSizeThreshold { get; set; } = 50;
}
