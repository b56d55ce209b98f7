using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.GarbageCollection;

/// <summary>Forgets containers that have ended, their layers and logs with them [pkg/kubelet/kuberuntime/kuberuntime_gc.go GarbageCollect, evictNonDeletedPods].</summary>
/// <remarks>
/// <code>
/// pod                       | goes                                                     | stays
/// --------------------------+----------------------------------------------------------+--------------------------------------------------
/// its worker is through     | every container that has ended, sandboxes left empty     |
/// any other                 | instances that have ended, sandboxes empty and no longer | of each container the newest that has ended, the
///                           | ready                                                    | newest sandbox
/// </code>
/// A pod whose containers are gone is shown as it was last; its logs cannot be had any more.
/// </remarks>
/// <param name="runtime">Of one node.</param>
/// <param name="isOver">Whether a pod, by its uid, will not run again.</param>
internal sealed class DeadContainers(IContainerRuntime runtime, Func<string, bool> isOver)
{
    private const int KeptOfAContainer = 1;     // --maximum-dead-containers-per-container
    private const int KeptSandboxes = 1;

    public async Task RemoveAsync(CancellationToken ct)
    {
        var ended = (await runtime.ListContainersAsync(podUid: null, ct)).Where(container => container.State == ContainerState.Exited);
        foreach (var instances in ended.GroupBy(container => (container.PodUid, container.Name)))
        {
            var newestFirst = instances.OrderByDescending(instance => instance.Attempt).ThenByDescending(instance => instance.CreatedAt);
            foreach (var instance in newestFirst.Skip(isOver(instances.Key.PodUid) ? 0 : KeptOfAContainer)) await runtime.RemoveContainerAsync(instance.Id, ct);
        }
        await RemoveSandboxesAsync(ct);
    }

    private async Task RemoveSandboxesAsync(CancellationToken ct)
    {
        var inUse = (await runtime.ListContainersAsync(podUid: null, ct)).Select(container => container.SandboxId).ToHashSet();
        foreach (var sandboxes in (await runtime.ListPodSandboxesAsync(podUid: null, ct)).GroupBy(sandbox => sandbox.Config.Uid))
        {
            var newestFirst = sandboxes.OrderByDescending(sandbox => sandbox.Config.Attempt);
            foreach (var sandbox in newestFirst.Skip(isOver(sandboxes.Key) ? 0 : KeptSandboxes))
            {
                if (sandbox.State != PodSandboxState.Ready && !inUse.Contains(sandbox.Id)) await runtime.RemovePodSandboxAsync(sandbox.Id, ct);
            }
        }
    }
}
