using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What the runtime knows of one pod at one moment; newest first.</summary>
internal sealed record RuntimePod(IReadOnlyList<Runtime.PodSandboxStatus> Sandboxes, IReadOnlyList<Runtime.ContainerStatus> Containers)
{
    public static RuntimePod None { get; } = new([], []);

    /// <summary>The sandbox that containers belong in now; null when the newest one does not serve any more.</summary>
    public Runtime.PodSandboxStatus? ReadySandbox =>
        Sandboxes.Count > 0 && Sandboxes[0].State == Runtime.PodSandboxState.Ready ? Sandboxes[0] : null;

    public bool AnyRunning => Containers.Any(c => c.State == Runtime.ContainerState.Running);

    /// <summary>The latest instance of a container, whatever sandbox it belongs to.</summary>
    public Runtime.ContainerStatus? Newest(string container) => Containers.FirstOrDefault(c => c.Name == container);

    /// <summary>The latest instance that has ended; while one runs, that is the one before it.</summary>
    public Runtime.ContainerStatus? NewestEnded(string container) => Containers.FirstOrDefault(c => c.Name == container && c.State == Runtime.ContainerState.Exited);

    /// <summary>The instance before the latest.</summary>
    public Runtime.ContainerStatus? Previous(string container) => Containers.Where(c => c.Name == container).Skip(1).FirstOrDefault();

    /// <summary>Asks the runtime; a container that left no last words has the end of its log instead, where its policy says so.</summary>
    public static async Task<RuntimePod> ObserveAsync(Runtime.IContainerRuntime runtime, Pod pod, CancellationToken ct)
    {
        var sandboxes = await runtime.ListPodSandboxesAsync(pod.Metadata.Uid, ct);
        var containers = await runtime.ListContainersAsync(pod.Metadata.Uid, ct);
        containers = await TerminationMessages.WithLogsAsync(runtime, pod.Spec, containers, ct);
        return new RuntimePod(
            [.. sandboxes.OrderByDescending(s => s.Config.Attempt)],
            [.. containers.OrderByDescending(c => c.Attempt).ThenByDescending(c => c.CreatedAt)]);
    }
}
