using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Containers;

/// <summary>Starts one container, image pull and postStart hook included [kuberuntime_container.go startContainer].</summary>
/// <remarks>
/// step                  | when it fails: Waiting reason, event
/// ----------------------+------------------------------------------------------------------------
/// restart back-off      | CrashLoopBackOff; Warning BackOff
/// image                 | as the image puller says
/// target, configuration | CreateContainerConfigError; Warning Failed
/// create in the runtime | CreateContainerError; Warning Failed
///                       | (so far so good: Normal Created)
/// start in the runtime  | RunContainerError; Warning Failed
///                       | (so far so good: Normal Started)
/// postStart hook        | PostStartHookError; Warning FailedPostStartHook, and the container is killed
/// </remarks>
internal sealed class ContainerStarter(
    Runtime.IContainerRuntime runtime,
    ImagePuller images,
    IContainerConfigSource configs,
    HookRunner hooks,
    ContainerStopper stopper,
    IPodEvents events,
    TimeProvider time)
{
    /// <summary>Null when the container has been started; else why not.</summary>
    /// <param name="pod">Its pod.</param>
    /// <param name="start">The container.</param>
    /// <param name="seen">Its instances so far.</param>
    /// <param name="sandbox">Where it goes.</param>
    /// <param name="delays">The pod's back-offs.</param>
    /// <param name="ct">The process is stopping.</param>
    public async Task<StartError?> StartAsync(
        Pod pod, ContainerStart start, RuntimePod seen, Runtime.PodSandboxStatus sandbox, PodDelays delays, CancellationToken ct)
    {
        var container = start.Container;
        var newest = seen.Newest(container.Name);
        if (HeldBack(pod, container, seen.NewestEnded(container.Name), delays.Restarts) is { } held) return held;
        if (await images.EnsureAsync(pod, container, delays.Pulls, ct) is { } imageError) return imageError;

        // Seen before this round: one that starts in it can be joined in the next.
        var target = start.Target.Length > 0 ? seen.Newest(start.Target) : null;
        if (start.Target.Length > 0 && target is null)
            return Fail(pod, container, "CreateContainerConfigError", $"unable to find target container {start.Target}");

        var attempt = newest is null ? InheritedAttempt(pod, container.Name) : newest.Attempt + 1;
        string id;
        try
        {
            var config = await configs.BuildAsync(pod, container, attempt, sandbox, ct);
            if (target is not null && HasOwnProcesses(pod)) config = config with { TargetId = target.Id };
            id = await runtime.CreateContainerAsync(sandbox.Id, config, ct);
        }
        catch (ContainerConfigException exception)
        {
            return Fail(pod, container, "CreateContainerConfigError", exception.Message);
        }
        catch (Runtime.RuntimeException exception)
        {
            return Fail(pod, container, "CreateContainerError", exception.Message);
        }
        events.Normal(pod, "Created", $"Created container: {container.Name}", container.Name);
        try
        {
            await runtime.StartContainerAsync(id, ct);
        }
        catch (Runtime.RuntimeException exception)
        {
            return Fail(pod, container, "RunContainerError", exception.Message);
        }
        events.Normal(pod, "Started", $"Started container {container.Name}", container.Name);
        return start.Kind is ContainerKind.Main or ContainerKind.Sidecar ? await PostStartAsync(pod, container, id, sandbox, ct) : null;
    }

    // Where all are seen anyway, a target means nothing [kuberuntime_container_linux.go generateLinuxContainerConfig].
    private static bool HasOwnProcesses(Pod pod) => !pod.Spec.ShareProcessNamespace && !pod.Spec.HostPid;

    private StartError? HeldBack(Pod pod, Container container, Runtime.ContainerStatus? ended, Backoff restarts)
    {
        if (ended?.FinishedAt is not { } finished) return null;
        var now = time.GetUtcNow();
        var key = $"{container.Name}\n{container.Image}";    // another image starts a series of its own
        if (restarts.Holding(key, finished, now) is { } delay)
        {
            events.Warning(pod, "BackOff", $"Back-off restarting failed container {container.Name} in pod {pod.Format()}", container.Name);
            return new StartError("CrashLoopBackOff", $"back-off {GoText.Duration(delay)} restarting failed container={container.Name} pod={pod.Format()}");
        }
        restarts.Raise(key, finished, now);
        return null;
    }

    // The runtime has lost the earlier instances, but the API remembers how many there were. Without an id the loss has been counted already.
    private static int InheritedAttempt(Pod pod, string container)
    {
        var before = pod.Status?.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).FirstOrDefault(s => s.Name == container);
        return before is null ? 0 : before.ContainerId.Length == 0 ? before.RestartCount : before.RestartCount + 1;
    }

    private async Task<StartError?> PostStartAsync(Pod pod, Container container, string id, Runtime.PodSandboxStatus sandbox, CancellationToken ct)
    {
        if (container.Lifecycle?.PostStart is not { } hook) return null;
        var failure = await hooks.RunAsync(new HookCall(pod, container, id, sandbox.Ip, hook), ct);
        if (failure is null) return null;

        events.Warning(pod, "FailedPostStartHook", "PostStartHook failed", container.Name);
        var instance = await runtime.ContainerStatusAsync(id, ct);
        using var grace = new StopDeadline(StopDeadline.GraceOf(pod), time);
        await stopper.StopAsync(pod, instance, "FailedPostStartHook", grace, turn: Task.CompletedTask, ct);
        return new StartError("PostStartHookError", failure);
    }

    private StartError Fail(Pod pod, Container container, string reason, string message)
    {
        events.Warning(pod, "Failed", $"Error: {message}", container.Name);
        return new StartError(reason, message);
    }
}

/// <summary>One pod's delays: between restarts by container, between pulls by image. Owned by the pod's worker.</summary>
internal sealed record PodDelays(Backoff Restarts, Backoff Pulls)
{
    public PodDelays() : this(new Backoff(), new Backoff()) { }
}
