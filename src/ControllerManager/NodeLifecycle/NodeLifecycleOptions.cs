namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>When a node that is silent counts as lost.</summary>
public sealed class NodeLifecycleOptions
{
    /// <summary>How often nodes are looked at. Default 5 s.</summary>
    public TimeSpan NodeMonitorPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may be silent. Default 50 s, as of Kubernetes 1.32 (40 s before).</summary>
    public TimeSpan NodeMonitorGracePeriod { get; set; } = TimeSpan.FromSeconds(50);

    /// <summary>How long a node that never posted a status may be silent. Default 60 s.</summary>
    public TimeSpan NodeStartupGracePeriod { get; set; } = TimeSpan.FromSeconds(60);
}
