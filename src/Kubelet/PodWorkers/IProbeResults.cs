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
