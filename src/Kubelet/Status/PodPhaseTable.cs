using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>A pod's phase from its containers' states [pkg/kubelet/kubelet_pods.go getPhase].</summary>
/// <remarks>
/// Every container is counted first; then the first row that fits decides. Ephemeral containers never count.
///
/// #  | test                                                                        | phase
/// ---+-----------------------------------------------------------------------------+----------------------------------------
/// 1  | an init container failed, restartPolicy Never                               | Failed
/// 2  | an init container has not finished                                          | Pending
/// 3  | a sidecar has not started and no main container ever ran                    | Pending
/// 4  | a container waits for its first run                                         | Pending
/// 5  | something runs, nothing is unknown                                          | Running
/// 6  | nothing runs, all stopped, and the pod is being ended for good              | Succeeded if every exit was 0, else Failed
/// 7  | the same, but it is not being ended, restartPolicy Always                   | Running
/// 8  | every exit was 0 (OnFailure, Never)                                         | Succeeded
/// 9  | restartPolicy Never                                                         | Failed
/// 10 | OnFailure with a failure: it will be started again                          | Running
/// 11 | anything else                                                               | Pending
/// </remarks>
internal static class PodPhaseTable
{
    public static string Decide(PodSpec spec, IReadOnlyCollection<ContainerStatus> statuses, IReadOnlyCollection<ContainerStatus> initStatuses, bool isEnding)
    {
        var count = Count(spec, statuses, initStatuses);
        if (count.FailedInit > 0 && spec.RestartPolicy == "Never") return "Failed";
        if (count.PendingInit > 0) return "Pending";
        if (count.PendingSidecar > 0 && !count.AnyMainRan) return "Pending";
        if (count.Waiting > 0) return "Pending";
        if (count is { Running: > 0, Unknown: 0 }) return "Running";
        if (count is not { Running: 0, Stopped: > 0, Unknown: 0 }) return "Pending";
        if (isEnding) return count.Stopped == count.Succeeded ? "Succeeded" : "Failed";
        if (spec.RestartPolicy == "Always") return "Running";
        if (count.Stopped == count.Succeeded) return "Succeeded";
        return spec.RestartPolicy == "Never" ? "Failed" : "Running";
    }

    private static Counts Count(PodSpec spec, IReadOnlyCollection<ContainerStatus> statuses, IReadOnlyCollection<ContainerStatus> initStatuses)
    {
        var count = new Counts();
        foreach (var container in spec.InitContainers)
        {
            var status = initStatuses.FirstOrDefault(s => s.Name == container.Name);
            count = container.IsSidecar() ? count.WithSidecar(status) : count.WithInit(status);
        }
        foreach (var container in spec.Containers) count = count.WithMain(statuses.FirstOrDefault(s => s.Name == container.Name));
        return count;
    }

    private readonly record struct Counts(
        int FailedInit, int PendingInit, int PendingSidecar, int Running, int Waiting, int Stopped, int Succeeded, int Unknown, bool AnyMainRan)
    {
        public Counts WithInit(ContainerStatus? status) => status switch
        {
            { State.Terminated: { } ended } => WithEndedInit(ended),
            { State.Waiting: not null, LastState.Terminated: { } ended } => WithEndedInit(ended),
            _ => this with { PendingInit = PendingInit + 1 },
        };

        public Counts WithSidecar(ContainerStatus? status) => status switch
        {
            null => this with { Unknown = Unknown + 1 },
            { State.Running: not null } => this with { Running = Running + 1, PendingSidecar = PendingSidecar + (status.Started ? 0 : 1) },
            { State.Terminated: not null } => this,
            { LastState.Terminated: not null } => this,
            _ => this with { PendingSidecar = PendingSidecar + 1, Waiting = Waiting + 1 },
        };

        public Counts WithMain(ContainerStatus? status) => status switch
        {
            null => this with { Unknown = Unknown + 1 },
            { State.Running: not null } => this with { Running = Running + 1, AnyMainRan = true },
            { State.Terminated: not null } => WithStopped(status.State.Terminated),
            { State.Waiting: not null, LastState.Terminated: not null } => WithStopped(null),
            { State.Waiting: not null } => this with { Waiting = Waiting + 1 },
            _ => this with { Unknown = Unknown + 1 },
        };

        // Out of memory is a failure whatever the code, as it is to the restart rule; 1.32 takes code 0 for done, and leaves such a pod Pending for ever.
        private Counts WithEndedInit(ContainerStateTerminated ended) =>
            ended is { ExitCode: 0, Reason: not "OOMKilled" } ? this : this with { FailedInit = FailedInit + 1 };

        private Counts WithStopped(ContainerStateTerminated? ended) =>
            this with { Stopped = Stopped + 1, Succeeded = Succeeded + (ended?.ExitCode == 0 ? 1 : 0), AnyMainRan = true };
    }
}
