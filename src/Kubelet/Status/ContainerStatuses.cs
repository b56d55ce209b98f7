using Google.Protobuf.WellKnownTypes;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>The API's container statuses from what the runtime reports and what was published before [kubelet_pods.go convertToAPIContainerStatuses].</summary>
/// <remarks>
/// The newest instance gives <c>state</c>, the one before it <c>lastState</c>. A container that should start and could not shows the
/// reason as Waiting; how it last ended moves to <c>lastState</c>. What was running and cannot be found any more:
/// <code>
/// the runtime            | published before  | state                      | lastState              | restartCount
/// -----------------------+-------------------+----------------------------+------------------------+-------------------------------
/// knows no instance      | ended             | as before                  | as before              | as before
/// knows no instance      | running           | waiting, the usual reason  | unknown end            | one more, unless it is deleting
/// knows no instance      | running, and an   | waiting, the usual reason  | as before              | as before
///                        | end before that   |                            |                        |
/// knows no instance      | waiting, nothing  | waiting, the usual reason  | as before              | as before
/// cannot say             | running           | unknown end                | of the one before it   | one more
/// cannot say             | otherwise         | waiting, without a reason  | of the one before it   | the instance's
/// </code>
/// </remarks>
internal sealed class ContainerStatuses(Pod pod, RuntimePod seen, PodStatus? published, IReadOnlyDictionary<string, StartError> startErrors, IProbeResults probes)
{
    private const string RuntimeScheme = "containerd://";

    /// <summary>Main containers, by name.</summary>
    public IEnumerable<ContainerStatus> Mains() =>
        pod.Spec.Containers.Select(c => Of(c, ContainerKind.Main, published?.ContainerStatuses)).OrderBy(s => s.Name, StringComparer.Ordinal);

    /// <summary>Init containers and sidecars, in the order of the specification.</summary>
    public IEnumerable<ContainerStatus> Inits() =>
        pod.Spec.InitContainers.Select(c => Of(c, c.IsSidecar() ? ContainerKind.Sidecar : ContainerKind.Init, published?.InitContainerStatuses));

    /// <summary>Ephemeral containers, by name.</summary>
    public IEnumerable<ContainerStatus> Ephemerals() => pod.Spec.EphemeralContainers
        .Select(c => Of(EphemeralContainers.AsContainer(c), ContainerKind.Ephemeral, published?.EphemeralContainerStatuses))
        .OrderBy(s => s.Name, StringComparer.Ordinal);

    private ContainerStatus Of(Container container, ContainerKind kind, IEnumerable<ContainerStatus>? previously)
    {
        var before = previously?.FirstOrDefault(s => s.Name == container.Name);
        var newest = seen.Newest(container.Name);
        var status = newest is null ? WithoutInstance(container, before) : FromInstance(container, newest, seen.Previous(container.Name), before);
        // Any init container, sidecars too: as in 1.32, one that has ended well does not show why it was not started again.
        if (kind is ContainerKind.Main or ContainerKind.Ephemeral || newest is not { State: Runtime.ContainerState.Exited, ExitCode: 0 }) ShowStartError(status, container, newest);

        status.Started = kind == ContainerKind.Init ? newest?.State == Runtime.ContainerState.Running : newest is not null && probes.IsStarted(container, newest);
        status.Ready = kind switch
        {
            ContainerKind.Init => status.State.Terminated is { ExitCode: 0 },
            ContainerKind.Ephemeral => false,
            _ => newest is not null && probes.IsReady(container, newest),
        };
        return status;
    }

    private ContainerStatus FromInstance(Container container, Runtime.ContainerStatus newest, Runtime.ContainerStatus? older, ContainerStatus? before) => new()
    {
        Name = container.Name,
        Image = newest.Image,
        ImageId = newest.ImageId,
        ContainerId = RuntimeScheme + newest.Id,
        RestartCount = HasVanished(newest, before) ? before!.RestartCount + 1 : newest.Attempt,
        State = StateOf(newest, before),
        LastState = older is { State: Runtime.ContainerState.Exited } ? new() { Terminated = Terminated(older) }
            : before?.RestartCount == newest.Attempt && before.LastState is { } kept ? kept.Clone()
            : before?.RestartCount < newest.Attempt && before.State?.Terminated is { } ended ? new() { Terminated = ended.Clone() }
            : new ContainerState(),
    };

    // The runtime knows no instance: either none ever was, or it got lost.
    private ContainerStatus WithoutInstance(Container container, ContainerStatus? before)
    {
        var status = new ContainerStatus { Name = container.Name, Image = container.Image, State = Waiting(DefaultReason), LastState = new() };
        if (before is null) return status;

        status.RestartCount = before.RestartCount;
        status.LastState = before.LastState?.Clone() ?? new();
        if (before.State?.Terminated is not null)
        {
            status.State = before.State.Clone();
            (status.ContainerId, status.Image, status.ImageId) = (before.ContainerId, before.Image, before.ImageId);
        }
        else if (before.State?.Running is not null && status.LastState.Terminated is null)
        {
            status.LastState = new() { Terminated = UnknownEnd.OfForgotten() };
            if (!pod.IsDeleting()) status.RestartCount++;
        }
        return status;
    }

    // Why the container could not be started, for as long as the pod's policy has it started again; so it is for sidecars and ephemeral ones, too.
    private void ShowStartError(ContainerStatus status, Container container, Runtime.ContainerStatus? newest)
    {
        if (pod.IsDeleting() || !startErrors.TryGetValue(container.Name, out var error) || !RestartRule.ShouldStart(pod.Spec.RestartPolicy, newest)) return;
        if (status.State.Terminated is { } ended) status.LastState = new() { Terminated = ended };
        status.State = Waiting(error.Reason, error.Message);
    }

    private static bool HasVanished(Runtime.ContainerStatus instance, ContainerStatus? before) =>
        instance.State == Runtime.ContainerState.Unknown && before?.State?.Running is not null;

    private ContainerState StateOf(Runtime.ContainerStatus instance, ContainerStatus? before) => instance.State switch
    {
        Runtime.ContainerState.Running => new() { Running = new() { StartedAt = WholeSeconds(instance.StartedAt!.Value) } },
        Runtime.ContainerState.Exited => new() { Terminated = Terminated(instance) },
        _ when HasVanished(instance, before) => new() { Terminated = UnknownEnd.OfUnlocated() },
        _ => Waiting(""),
    };

    private ContainerStateTerminated Terminated(Runtime.ContainerStatus instance) => new()
    {
        ExitCode = instance.ExitCode,
        Reason = instance.Reason,
        Message = TerminationMessages.Combine(pod.Spec, instance),
        // A process that could not be started has the zero time of the epoch, as containerd reports it.
        StartedAt = instance.StartedAt is { } started ? WholeSeconds(started) : new Timestamp(),
        FinishedAt = instance.FinishedAt is { } finished ? WholeSeconds(finished) : new Timestamp(),
        ContainerId = RuntimeScheme + instance.Id,
    };

    private string DefaultReason => pod.Spec.InitContainers.Count > 0 ? "PodInitializing" : "ContainerCreating";

    private static ContainerState Waiting(string reason, string message = "") => new() { Waiting = new() { Reason = reason, Message = message } };

    internal static Timestamp WholeSeconds(DateTimeOffset time) => new() { Seconds = time.ToUnixTimeSeconds() };
}

/// <summary>Why a container could not be started when that was last tried: the Waiting reason and its message.</summary>
internal sealed record StartError(string Reason, string Message)
{
    /// <summary>The runtime had made an instance, which died in its start.</summary>
    public bool HasInstance => Reason is "RunContainerError" or "PostStartHookError";
}
