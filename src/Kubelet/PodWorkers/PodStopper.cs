using MiniK8s.Kubelet.Containers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Stops everything of a pod that runs: all at once, but sidecars after those they serve (KEP-753, kuberuntime_termination_order.go).</summary>
/// <remarks>
/// Main and ephemeral containers get their stop signal at once. A sidecar's waits until all of those, and every sidecar after it in
/// the specification, have ended; its event and its preStop hook do not wait.
/// </remarks>
internal sealed class PodStopper(Runtime.IContainerRuntime runtime, ContainerStopper stopper)
{
    public async Task StopAsync(Pod pod, RuntimePod seen, StopDeadline deadline, CancellationToken ct)
    {
        var running = seen.Containers.Where(c => c.State == Runtime.ContainerState.Running).ToList();
        var sidecars = pod.Spec.Sidecars().Select(s => s.Name).ToList();
        var stops = running.Where(c => !sidecars.Contains(c.Name)).Select(c => Stop(c, Task.CompletedTask)).ToList();
        foreach (var name in Enumerable.Reverse(sidecars))
        {
            var turn = Task.WhenAll(stops);
            foreach (var instance in running.Where(c => c.Name == name)) stops.Add(Stop(instance, turn));
        }
        await Task.WhenAll(stops);

        Task Stop(Runtime.ContainerStatus instance, Task turn) =>
            stopper.StopAsync(pod, instance, $"Stopping container {instance.Name}", deadline, turn, ct);
    }

    /// <summary>Gives the pod's sandboxes up; their containers stay readable.</summary>
    public async Task StopSandboxesAsync(RuntimePod seen, CancellationToken ct)
    {
        foreach (var sandbox in seen.Sandboxes) await runtime.StopPodSandboxAsync(sandbox.Id, ct);
    }

    /// <summary>Forgets the pod at the runtime, its logs with it.</summary>
    public async Task RemoveAsync(string uid, CancellationToken ct)
    {
        foreach (var sandbox in await runtime.ListPodSandboxesAsync(uid, ct)) await runtime.RemovePodSandboxAsync(sandbox.Id, ct);
    }
}
