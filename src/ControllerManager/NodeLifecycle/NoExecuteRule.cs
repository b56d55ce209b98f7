namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>What may become of a node's NoExecute taint.</summary>
internal enum NoExecuteRule
{
    /// <summary>Taken off: no node is ready, so nobody is evicted.</summary>
    None,

    /// <summary>One that is there is kept, or becomes the other.</summary>
    Swap,

    /// <summary>Put on, too.</summary>
    Add,
}
