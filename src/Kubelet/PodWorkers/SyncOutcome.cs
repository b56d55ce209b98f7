namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What one look at a live pod came to.</summary>
internal enum SyncOutcome
{
    /// <summary>There is nothing to do.</summary>
    Settled,

    /// <summary>Something was done: look again at once.</summary>
    Progress,

    /// <summary>A container could not be started, or something before that failed.</summary>
    Failed,

    /// <summary>The same, and the sandbox is new.</summary>
    FailedInNewSandbox,

    /// <summary>A container's new instance died in its start.</summary>
    FailedInstance,
}
