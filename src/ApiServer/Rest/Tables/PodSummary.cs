using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>What the columns READY, STATUS and RESTARTS say of a pod.</summary>
/// <remarks>
/// STATUS, the later rule winning: the phase; status.reason; SchedulingGated; the first init container that has not done its part; else the
/// first container that waits or has ended; Terminating. RESTARTS counts init containers only while the pod initializes, except sidecars.
/// </remarks>
/// <param name="Status">For example Running, Init:0/1, CrashLoopBackOff, Completed, ExitCode:3, Terminating.</param>
/// <param name="LastRestart">When a container last ended before a restart.</param>
internal sealed record PodSummary(int Ready, int Total, string Status, int Restarts, DateTimeOffset? LastRestart)
{
    private const string Lost = "NodeLost";

    /// <summary>Reads it off the pod's spec and status.</summary>
    public static PodSummary Of(Pod pod)
    {
        var status = pod.Status ?? new PodStatus();
        var sidecars = Sidecars(pod);
        var total = (pod.Spec?.Containers.Count ?? 0) + sidecars.Count;

        var init = Init(pod, status, sidecars);
        var summary = new PodSummary(init.Ready, total, init.Stage ?? Phase(status), init.All.Count, init.All.Last);
        if (init.Stage is null || IsTrue(status, "Initialized")) summary = summary.WithContainers(status, init.Sidecars);
        return summary with { Status = Deletion(pod, status) ?? summary.Status };
    }

    private static HashSet<string> Sidecars(Pod pod) =>
        [.. (pod.Spec?.InitContainers ?? []).Where(container => container.RestartPolicy == "Always").Select(container => container.Name)];

    private static string Phase(PodStatus status) =>
        status.Conditions.Any(condition => condition is { Type: "PodScheduled", Reason: "SchedulingGated" }) ? "SchedulingGated"
        : status.Reason.Length > 0 ? status.Reason
        : status.Phase;

    private static (string? Stage, int Ready, RestartCount All, RestartCount Sidecars) Init(Pod pod, PodStatus status, HashSet<string> sidecars)
    {
        RestartCount all = default, ofSidecars = default;
        var ready = 0;
        for (var i = 0; i < status.InitContainerStatuses.Count; i++)
        {
            var container = status.InitContainerStatuses[i];
            var isSidecar = sidecars.Contains(container.Name);
            all = all.Plus(container);
            if (isSidecar) ofSidecars = ofSidecars.Plus(container);

            if (container.State?.Terminated is { ExitCode: 0 }) continue;
            if (!isSidecar || !container.Started) return (InitStage(container, i, pod.Spec!.InitContainers.Count), ready, all, ofSidecars);
            if (container.Ready) ready++;
        }
        return (null, ready, all, ofSidecars);
    }

    private static string InitStage(ContainerStatus container, int done, int count) => container.State switch
    {
        { Terminated: { } ended } => $"Init:{Ending(ended)}",
        { Waiting.Reason: { Length: > 0 } reason } when reason != "PodInitializing" => $"Init:{reason}",
        _ => $"Init:{done}/{count}",
    };

    private static string Ending(ContainerStateTerminated ended) =>
        ended.Reason.Length > 0 ? ended.Reason
        : ended.Signal != 0 ? $"Signal:{ended.Signal}"
        : $"ExitCode:{ended.ExitCode}";

    // Walked backwards, so that of several containers in trouble the first is the one that shows.
    private PodSummary WithContainers(PodStatus status, RestartCount restarts)
    {
        var (ready, reason, runs) = (Ready, Status, false);
        foreach (var container in status.ContainerStatuses.Reverse())
        {
            restarts = restarts.Plus(container);
            if (container.State?.Waiting is { Reason.Length: > 0 } waiting) reason = waiting.Reason;
            else if (container.State?.Terminated is { } ended) reason = Ending(ended);
            else if (container is { Ready: true, State.Running: not null }) (ready, runs) = (ready + 1, true);
        }
        if (reason == "Completed" && runs) reason = IsTrue(status, "Ready") ? "Running" : "NotReady";
        return this with { Ready = ready, Status = reason, Restarts = restarts.Count, LastRestart = restarts.Last };
    }

    private static string? Deletion(Pod pod, PodStatus status) =>
        pod.Metadata?.DeletionTimestamp is null ? null
        : status.Reason == Lost ? "Unknown"
        : status.Phase is "Succeeded" or "Failed" ? null
        : "Terminating";

    private static bool IsTrue(PodStatus status, string type) =>
        status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");

    /// <summary>A sum of restarts and the latest time one of the counted containers ended.</summary>
    private readonly record struct RestartCount(int Count, DateTimeOffset? Last)
    {
        public RestartCount Plus(ContainerStatus container) =>
            new(Count + container.RestartCount, Later(Last, container.LastState?.Terminated?.FinishedAt));

        private static DateTimeOffset? Later(DateTimeOffset? known, Timestamp? time) =>
            HumanDuration.IsZero(time) || time!.ToDateTimeOffset() is var ended && ended <= known ? known : ended;
    }
}
