namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>What became of the cluster between two passes.</summary>
internal enum Disruption
{
    /// <summary>Some node is ready: lost nodes are given up, each zone's at its own rate.</summary>
    None,

    /// <summary>No node is ready anywhere: it is more likely that we are cut off than all of them, and nobody is evicted.</summary>
    Full,

    /// <summary>As none; and just before it was full, so what we know of the nodes' silence means nothing.</summary>
    JustOver,
}
