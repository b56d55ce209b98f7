using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>Something that was seen to happen to a pod, at a moment counted from the beginning of the run.</summary>
internal abstract record TraceEntry(TimeSpan At, string Uid)
{
    /// <summary>The pod came to be.</summary>
    public sealed record Born(TimeSpan At, Pod Pod) : TraceEntry(At, Pod.Metadata.Uid)
    {
        public override string ToString() =>
            $"{At.TotalSeconds} born {Uid} {Pod.Spec.RestartPolicy} [{string.Join(' ', Pod.Spec.InitContainers.Select(c => c.Name))}] [{string.Join(' ', Pod.Spec.Containers.Select(c => c.Name))}]";
    }

    /// <summary>
    /// The kubelet was told that it is to go. <paramref name="InFlight"/> is the container whose image was just being pulled;
    /// <paramref name="IsResumed"/>: this kubelet met the pod so, and an earlier one may have begun to stop it.
    /// </summary>
    public sealed record Told(TimeSpan At, string Uid, TimeSpan Grace, TimeSpan? DeletionAt = null, string? InFlight = null, bool IsResumed = false) : TraceEntry(At, Uid);

    /// <summary>The runtime was asked to start an instance.</summary>
    public sealed record Started(TimeSpan At, string Uid, string Container, int Attempt, int Sandbox) : TraceEntry(At, Uid);

    /// <summary>A running container has started in the sense of its startup probe, if it has one.</summary>
    public sealed record Up(TimeSpan At, string Uid, string Container) : TraceEntry(At, Uid);

    /// <summary>An instance ended.</summary>
    public sealed record Ended(TimeSpan At, string Uid, string Container, int Attempt, int ExitCode, string Reason) : TraceEntry(At, Uid);

    /// <summary>The event that comes before each stop.</summary>
    public sealed record Killing(TimeSpan At, string Uid, string Container, string Message) : TraceEntry(At, Uid);

    /// <summary>The stop signal went out.</summary>
    public sealed record Signalled(TimeSpan At, string Uid, string Container, TimeSpan Grace) : TraceEntry(At, Uid);

    /// <summary>A pull, or a command in a container, was asked for.</summary>
    public sealed record Began(TimeSpan At, string Uid, string Container, string Kind) : TraceEntry(At, Uid);

    /// <summary>Whoever asked for a command in a container no longer waits for it.</summary>
    public sealed record Abandoned(TimeSpan At, string Uid, string Container) : TraceEntry(At, Uid);

    public sealed record SandboxLost(TimeSpan At, string Uid) : TraceEntry(At, Uid);

    /// <summary>The kubelet was ended and another began; <see cref="TraceEntry.Uid"/> is empty.</summary>
    public sealed record KubeletRestarted(TimeSpan At) : TraceEntry(At, "");

    /// <summary>A status was stored.</summary>
    public sealed record Written(TimeSpan At, string Uid, PodStatus Status) : TraceEntry(At, Uid)
    {
        public override string ToString() => $"{At.TotalSeconds} written {Uid} {Status.Phase} {Status.Reason} {string.Join(' ', Status.InitContainerStatuses.Concat(Status.ContainerStatuses).Select(Text))}";

        private static string Text(ContainerStatus s) => $"{s.Name}#{s.RestartCount}:{(s.State?.Running is not null ? "R" : s.State?.Terminated is { } t ? $"{t.ExitCode}" : s.State?.Waiting?.Reason)}";
    }

    /// <summary>The kubelet asked for the final delete; the rest is what was stored then.</summary>
    public sealed record Deleted(TimeSpan At, string Uid, bool WasAskedFor, string StoredPhase) : TraceEntry(At, Uid);
}
