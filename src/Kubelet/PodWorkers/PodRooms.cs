using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Status;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What a node's pod workers work with; one set per node.</summary>
internal sealed record PodRooms(
    Runtime.IContainerRuntime Runtime,
    IPodApi Pods,
    PodSandboxes Sandboxes,
    IPodVolumes Volumes,
    ContainerStarter Starter,
    ContainerStopper Stopper,
    PodStopper PodStopper,
    PodStatusBuilder Statuses,
    IPodStatuses Reporter,
    IPodProbes Probes,
    IPodEvents Events,
    PodAdmission Admission,
    Random Random,
    TimeProvider Time);
