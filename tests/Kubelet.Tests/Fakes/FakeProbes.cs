using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>Probes that say what the test wants: by default a running container is started and ready.</summary>
internal sealed class FakeProbes : IPodProbes
{
    public HashSet<string> NotStarted { get; } = [];

    public HashSet<string> NotReady { get; } = [];

    public Dictionary<string, ContainerKillReason> Failures { get; } = [];

    public bool IsStarted(Container container, Kubelet.Runtime.ContainerStatus instance) =>
        instance.State == Kubelet.Runtime.ContainerState.Running && !NotStarted.Contains(container.Name);

    public bool IsReady(Container container, Kubelet.Runtime.ContainerStatus instance) => IsStarted(container, instance) && !NotReady.Contains(container.Name);

    public ContainerKillReason? FailureOf(Kubelet.Runtime.ContainerStatus instance) => Failures.GetValueOrDefault(instance.Id);

    public void Begin(Pod pod) { }

    public void Published(Pod pod, PodStatus status) { }

    public void EndRestarts(string uid) { }

    public void End(string uid) { }
}
