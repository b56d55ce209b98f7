using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>Probes that say what the run draws; a container with a startup probe has started only once the run says so.</summary>
internal sealed class ModelProbes : IPodProbes
{
    /// <summary>By instance: its startup probe has succeeded.</summary>
    public HashSet<string> Started { get; } = [];

    /// <summary>By instance: its readiness probe says no.</summary>
    public HashSet<string> NotReady { get; } = [];

    /// <summary>By instance: its liveness probe has failed for good.</summary>
    public Dictionary<string, ContainerKillReason> Failures { get; } = [];

    public bool IsStarted(Container container, Kubelet.Runtime.ContainerStatus instance) =>
        instance.State == Kubelet.Runtime.ContainerState.Running && (container.StartupProbe is null || Started.Contains(instance.Id));

    public bool IsReady(Container container, Kubelet.Runtime.ContainerStatus instance) => IsStarted(container, instance) && !NotReady.Contains(instance.Id);

    public ContainerKillReason? FailureOf(Kubelet.Runtime.ContainerStatus instance) => Failures.GetValueOrDefault(instance.Id);

    public void Begin(Pod pod) { }

    public void Published(Pod pod, PodStatus status) { }

    public void EndRestarts(string uid) { }

    public void End(string uid) { }
}
