using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What the probes of a pod's containers say now.</summary>
internal interface IProbeResults
{
    /// <summary>Running, and its startup probe, if it has one, has succeeded.</summary>
    bool IsStarted(Container container, Runtime.ContainerStatus instance);

    /// <summary>Started, and its readiness probe, if it has one, last said yes.</summary>
    bool IsReady(Container container, Runtime.ContainerStatus instance);

    /// <summary>A liveness or startup probe that has failed for good; null when the instance may live.</summary>
    ContainerKillReason? FailureOf(Runtime.ContainerStatus instance);
}

/// <summary>The probes as a pod's worker steers them. Nothing here blocks; a change of a result wakes the worker.</summary>
internal interface IPodProbes : IProbeResults
{
    /// <summary>Begins whatever the pod's main containers and sidecars declare; what has begun goes on.</summary>
    void Begin(Pod pod);

    /// <summary>The worker has a new status: probes act on what is published, so never before a postStart hook is through.</summary>
    void Published(Pod pod, PodStatus status);

    /// <summary>Termination begins: nothing is restarted any more, so only readiness goes on.</summary>
    void EndRestarts(string uid);

    /// <summary>Ends all probes of the pod and forgets their results.</summary>
    void End(string uid);
}
