using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>The last word on a pod: no container is left without a result, and the phase is terminal [status_manager.go TerminatePod].</summary>
internal static class TerminatedPodStatus
{
    /// <summary>Changes <paramref name="status"/> in place. If initialisation never finished, the main containers stay Waiting.</summary>
    public static void Finish(Pod pod, PodStatus status)
    {
        if (HasInitialised(pod.Spec, status))
        {
            foreach (var container in status.ContainerStatuses) Finish(container);
        }
        foreach (var container in status.InitContainerStatuses.Take(BegunInits(status))) Finish(container);
        if (status.Phase is not ("Succeeded" or "Failed") && !pod.IsStatic()) status.Phase = "Failed";
    }

    private static bool HasInitialised(PodSpec spec, PodStatus status) =>
        spec.InitContainers.Count == 0
        || status.ContainerStatuses.Any(s => s.State?.Running is not null || s.State?.Terminated is not null || s.LastState?.Terminated is not null)
        || status.InitContainerStatuses.LastOrDefault()?.State?.Terminated is { ExitCode: 0 };

    // Up to the last that shows a trace of a start; the first counts in any case.
    private static int BegunInits(PodStatus status) => Math.Max(1, status.InitContainerStatuses.ToList().FindLastIndex(HasBegun) + 1);

    private static bool HasBegun(ContainerStatus status) => status.State?.Waiting is null || status.LastState?.Terminated is not null;

    private static void Finish(ContainerStatus container)
    {
        container.Started = false;
        if (container.State?.Terminated is not null) return;
        container.State = new ContainerState { Terminated = UnknownEnd.OfUnlocated() };
        container.Ready = false;
    }
}
