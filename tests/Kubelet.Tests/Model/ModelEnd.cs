using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

using RuntimeState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>What a pod that stays must have come to once nothing is broken any more: said from its specification and from how its instances ended.</summary>
internal static class ModelEnd
{
    /// <summary>Null when all is as it must be.</summary>
    public static string? WhatIsWrong(Pod pod, ModelRuntime runtime, IReadOnlyList<TraceEntry> trace)
    {
        var mains = pod.Spec.Containers.Select(c => runtime.Newest(pod.Metadata.Uid, c.Name)).ToList();
        var inits = pod.Spec.InitContainers.Where(c => !c.IsSidecar()).Select(c => runtime.Newest(pod.Metadata.Uid, c.Name)).ToList();
        var wanted = pod.Status.Reason == "DeadlineExceeded" ? "Failed" : Phase(pod, mains, inits, WasSandboxLost(pod, trace));
        if (pod.Status.Reason == "DeadlineExceeded" && !pod.Spec.HasActiveDeadlineSeconds) return "a deadline it does not have is exceeded";
        if (pod.Status.Phase != wanted) return $"its phase is {pod.Status.Phase}, not {wanted}";
        if (wanted != "Pending" && wanted != "Running" && runtime.Running.Any(i => i.Status.PodUid == pod.Metadata.Uid)) return "something of it runs, and it is over";
        return wanted == "Running" ? WhatIsWrongRunning(pod, runtime) : null;
    }

    private static string Phase(Pod pod, List<ModelRuntime.Instance?> mains, List<ModelRuntime.Instance?> inits, bool wasSandboxLost)
    {
        // No second sandbox for a pod that is not restarted: one that had not begun its mains never will.
        if (pod.Spec.RestartPolicy == "Never" && inits.Any(Failed)) return "Failed";
        if (pod.Spec.RestartPolicy == "Never" && wasSandboxLost && mains.Any(m => m is null)) return "Pending";
        if (mains.Any(m => m is null)) return "Running, with all its containers begun";
        if (pod.Spec.RestartPolicy == "Always" || mains.Any(m => m!.Status.State == RuntimeState.Running)) return "Running";
        if (mains.All(m => m!.Status.ExitCode == 0)) return "Succeeded";
        return pod.Spec.RestartPolicy == "Never" ? "Failed" : "Running";

        static bool Failed(ModelRuntime.Instance? init) => init?.Status is { State: RuntimeState.Exited } ended && (ended.ExitCode != 0 || ended.Reason == "OOMKilled");
    }

    private static string? WhatIsWrongRunning(Pod pod, ModelRuntime runtime)
    {
        foreach (var container in pod.Spec.InitContainers.Concat(pod.Spec.Containers))
        {
            var instance = runtime.Newest(pod.Metadata.Uid, container.Name)?.Status;
            var shown = pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).FirstOrDefault(s => s.Name == container.Name);
            if (instance is null || shown is null) return $"{container.Name} never began, or does not show";
            if (shown.RestartCount != instance.Attempt) return $"{container.Name} shows restart {shown.RestartCount} of {instance.Attempt}";
            var mustRun = container.IsSidecar() || (!pod.Spec.InitContainers.Contains(container) && MustRun(pod.Spec.RestartPolicy, instance));
            if (mustRun != (instance.State == RuntimeState.Running)) return $"{container.Name} {(mustRun ? "does not run" : "runs")}";
            if (mustRun && shown is not { State.Running: not null, Ready: true, Started: true }) return $"{container.Name} runs and is shown as {shown.State}, ready {shown.Ready}, started {shown.Started}";
            if (!mustRun && shown.State?.Terminated?.ExitCode != instance.ExitCode) return $"{container.Name} ended with {instance.ExitCode} and is shown as {shown.State}";
        }
        var allRun = pod.Status.ContainerStatuses.All(s => s.State?.Running is not null);
        var ready = pod.Status.Conditions.Single(c => c.Type == "Ready").Status;
        return ready == (allRun ? "True" : "False") ? null : $"Ready is {ready}";
    }

    private static bool MustRun(string policy, Kubelet.Runtime.ContainerStatus instance) => instance.State == RuntimeState.Running
        || policy == "Always" || (policy == "OnFailure" && instance.ExitCode != 0);

    private static bool WasSandboxLost(Pod pod, IReadOnlyList<TraceEntry> trace) => trace.Any(e => e is TraceEntry.SandboxLost && e.Uid == pod.Metadata.Uid);
}
