using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>One pod on one node: looks at the specification and the runtime, acts, looks again [pkg/kubelet/pod_workers.go, kubelet.go SyncPod].</summary>
/// <remarks>
/// One loop per pod UID; what it owns is touched by it alone. It learns of changes through <see cref="Update"/>, <see cref="Remove"/> and
/// <see cref="Wake"/>, which merge: several calls during a long step lead to one more look. The phases are <see cref="PodWorkerPhase"/>'s table.
/// </remarks>
/// <param name="first">The pod as it came.</param>
/// <param name="rooms">What the worker works with.</param>
/// <param name="logger">Where failed steps are told.</param>
/// <param name="isUnconfirmed">It came with the first list, which may be an old one: nothing of it starts before the apiserver has said that it is still so.</param>
internal sealed partial class PodWorker(Pod first, PodRooms rooms, ILogger<PodWorker> logger, bool isUnconfirmed = false)
{
    private static readonly TimeSpan ResyncPeriod = TimeSpan.FromSeconds(60);      // plus up to half
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);       // plus up to half
    private static readonly TimeSpan RelistPeriod = TimeSpan.FromSeconds(1);

    private readonly Wakeup _wakeup = new();
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, StartError> _startErrors = [];
    private readonly PodDelays _delays = new();
    private readonly Lock _gate = new();            // guards the three fields below, shared with Update and Remove
    private Pod _pod = first;
    private bool _isRemoved;
    private (StopDeadline Deadline, DateTimeOffset Began)? _stop;

    private PodStatus? _published = first.Status;
    private PodEnding? _ending;
    // A pod that is already being deleted when the kubelet first meets it was being stopped before the kubelet restarted.
    private readonly bool _wasDeletingAtFirst = first.IsDeleting();

    public string Uid { get; } = first.Metadata.Uid;

    public PodWorkerPhase Phase { get; private set; }

    /// <summary>As the apiserver has it.</summary>
    public Pod Pod => Latest().Pod;

    /// <summary>Done once the pod is gone from the apiserver.</summary>
    public Task Removed => _removed.Task;

    /// <summary>The pod has changed at the apiserver. Its status alone, which is mostly our own word coming back, is no reason to look again.</summary>
    public void Update(Pod pod)
    {
        bool isNews;
        (StopDeadline Deadline, DateTimeOffset Began)? stop;
        lock (_gate)
        {
            isNews = pod.DiffersForKubelet(_pod);
            (_pod, stop) = (pod, _stop);
        }
        stop?.Deadline.Shorten(stop.Value.Began + StopDeadline.GraceOf(pod));
        if (isNews) _wakeup.Set();
    }

    /// <summary>The pod is gone from the apiserver: what runs is stopped, and nothing is reported any more.</summary>
    public void Remove()
    {
        lock (_gate) _isRemoved = true;
        _removed.TrySetResult();
        _wakeup.Set();
    }

    /// <summary>Something happened to its containers, or a probe has spoken.</summary>
    public void Wake() => _wakeup.Set();

    /// <summary>Runs until the pod is finished with, or the process stops: then containers go on running.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (Phase != PodWorkerPhase.Finished)
        {
            TimeSpan wait;
            try
            {
                wait = await StepAsync(stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;     // what was broken off is seen again by the next process
            }
            catch (Exception exception)
            {
                LogStepFailed(Pod.Format(), Phase, exception);
                wait = WithJitter(RetryPeriod);
            }
            if (wait > TimeSpan.Zero) await _wakeup.WaitAsync(wait, rooms.Time, stopping);
            if (stopping.IsCancellationRequested) return;
        }
    }

    private async Task<TimeSpan> StepAsync(CancellationToken stopping)
    {
        switch (Phase)
        {
            case PodWorkerPhase.Syncing:
                return await SyncAsync(stopping);
            case PodWorkerPhase.Terminating:
                await TerminateAsync(stopping);
                Phase = PodWorkerPhase.Terminated;
                return TimeSpan.Zero;
            case PodWorkerPhase.Terminated:
                await ReleaseAsync(stopping);
                Phase = PodWorkerPhase.Finished;
                return TimeSpan.Zero;
            default:
                throw new InvalidOperationException($"A {Phase} pod takes no further steps.");
        }
    }

    private async Task<TimeSpan> SyncAsync(CancellationToken stopping)
    {
        // Before the look: what happens from here on wakes the worker once more, what happened before is about to be seen.
        _wakeup.Clear();
        var (pod, isRemoved) = Latest();
        var seen = await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping);
        if (_isUnconfirmed && WouldStart(pod, isRemoved, seen) && !await ConfirmAsync(pod, stopping)) return TimeSpan.Zero;
        var status = BuildStatus(pod, seen, isOver: false);
        var activeFor = rooms.Time.GetUtcNow() - status.StartTime.ToDateTimeOffset();
        var limit = pod.Spec.HasActiveDeadlineSeconds ? TimeSpan.FromSeconds(pod.Spec.ActiveDeadlineSeconds) : TimeSpan.MaxValue;
        var action = PodWorkerDecision.Decide(new(
            StopRequested: isRemoved || pod.IsDeleting() || pod.HasTerminalPhase(),
            DeadlineExceeded: activeFor >= limit,
            RanToEnd: status.Phase is "Succeeded" or "Failed"));

        if (action == PodWorkerAction.StopAsDeadlineExceeded)
        {
            const string message = "Pod was active on the node longer than the specified deadline";
            rooms.Events.Normal(pod, "DeadlineExceeded", message);
            _ending = new PodEnding("DeadlineExceeded", message);
            status = BuildStatus(pod, seen, isOver: false);
        }
        Publish(pod, status, mayStillRun: true);
        if (action != PodWorkerAction.Sync)
        {
            _ending ??= new PodEnding();
            Phase = PodWorkerPhase.Terminating;
            return TimeSpan.Zero;
        }

        var outcome = await ActAsync(pod, seen, stopping);
        if (outcome == SyncOutcome.Progress) return TimeSpan.Zero;
        // A start that failed is shown at once, not only when it is next tried.
        if (outcome != SyncOutcome.Settled) Publish(pod, BuildStatus(pod, await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping), isOver: false), mayStillRun: true);
        var wait = outcome switch
        {
            SyncOutcome.Settled => WithJitter(ResyncPeriod),
            // Kubernetes hears of the new sandbox with its next relist and looks again: ErrImagePull becomes ImagePullBackOff after a second.
            SyncOutcome.FailedInNewSandbox => RelistPeriod,
            _ => WithJitter(RetryPeriod),
        };
        return limit - activeFor < wait ? limit - activeFor : wait;
    }

    private async Task<SyncOutcome> ActAsync(Pod pod, RuntimePod seen, CancellationToken stopping)
    {
        var plan = PodPlan.Decide(pod, seen, rooms.Probes);
        if (plan.StopPod)
        {
            // Stopped, and yet not at its end: a pod with restartPolicy Never that lost its sandbox before its main containers began.
            if (!seen.AnyRunning && seen.ReadySandbox is null) return SyncOutcome.Settled;
            using var deadline = new StopDeadline(StopDeadline.GraceOf(pod), rooms.Time);
            await rooms.PodStopper.StopAsync(pod, seen, deadline, stopping);
            await rooms.PodStopper.StopSandboxesAsync(seen, stopping);
            return SyncOutcome.Progress;
        }
        try
        {
            await rooms.Volumes.MountAsync(pod, stopping);
        }
        catch (VolumeException exception)
        {
            rooms.Events.Warning(pod, "FailedMount", exception.Message);
            return SyncOutcome.Failed;
        }
        rooms.Probes.Begin(pod);
        if (plan.IsNothing) return SyncOutcome.Settled;
        foreach (var kill in plan.Kill) await KillAsync(pod, kill, stopping);
        var sandbox = seen.ReadySandbox ?? await CreateSandboxAsync(pod, plan, seen, stopping);
        if (sandbox is null) return SyncOutcome.Failed;
        var outcome = await StartAsync(pod, plan, seen, sandbox, stopping);
        return outcome == SyncOutcome.Failed && plan.NewSandboxAttempt is not null ? SyncOutcome.FailedInNewSandbox : outcome;
    }

    private async Task<SyncOutcome> StartAsync(Pod pod, PodPlan plan, RuntimePod seen, Runtime.PodSandboxStatus sandbox, CancellationToken stopping)
    {
        var failed = false;
        foreach (var start in plan.Start)
        {
            var name = start.Container.Name;
            // As seen before the kills above: a container that was just killed is not held back by its own end, but by the one before.
            var error = await rooms.Starter.StartAsync(pod, start, seen, sandbox, _delays, stopping);
            if (error is null) _startErrors.Remove(name);
            else _startErrors[name] = error;
            await ForgetOldInstancesAsync(seen, name, stopping);
            failed |= error is not null;
            // An asked-for stop is not kept waiting by the containers that have not begun yet.
            if (Latest() is { Pod: var latest, IsRemoved: var isRemoved } && (isRemoved || latest.IsDeleting())) return SyncOutcome.Progress;
        }
        return failed ? SyncOutcome.Failed : SyncOutcome.Progress;
    }

    // The latest instance and the one before it are shown; what was before them is of no more use.
    private async Task ForgetOldInstancesAsync(RuntimePod seen, string container, CancellationToken stopping)
    {
        foreach (var old in seen.Containers.Where(c => c.Name == container).Skip(2)) await rooms.Runtime.RemoveContainerAsync(old.Id, stopping);
    }

    private async Task KillAsync(Pod pod, ContainerKill kill, CancellationToken stopping)
    {
        using var deadline = new StopDeadline(kill.Reason.Grace ?? StopDeadline.GraceOf(pod), rooms.Time);
        var message = string.Format(System.Globalization.CultureInfo.InvariantCulture, kill.Reason.Message, kill.Instance.Name);
        await rooms.Stopper.StopAsync(pod, kill.Instance, message, deadline, Task.CompletedTask, stopping);
    }

    private async Task<Runtime.PodSandboxStatus?> CreateSandboxAsync(Pod pod, PodPlan plan, RuntimePod seen, CancellationToken stopping)
    {
        var attempt = plan.NewSandboxAttempt ?? 0;
        if (attempt > 0) rooms.Events.Normal(pod, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        await rooms.PodStopper.StopSandboxesAsync(seen, stopping);
        try
        {
            return await rooms.Sandboxes.CreateAsync(pod, attempt, stopping);
        }
        catch (Runtime.RuntimeException exception)
        {
            rooms.Events.Warning(pod, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {exception.Message}");
            return null;
        }
    }

    private async Task TerminateAsync(CancellationToken stopping)
    {
        var (pod, _) = Latest();
        rooms.Probes.EndRestarts(Uid);
        var seen = await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping);
        // Kept over a failed attempt: the next one goes on with what is left of the grace.
        var deadline = BeginStop(pod);
        await rooms.PodStopper.StopAsync(pod, seen, deadline, stopping);
        deadline.Dispose();

        await rooms.PodStopper.StopSandboxesAsync(seen, stopping);
        rooms.Probes.End(Uid);
        (pod, _) = Latest();
        Publish(pod, BuildStatus(pod, await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping), isOver: false), mayStillRun: true);
    }

    private StopDeadline BeginStop(Pod pod)
    {
        lock (_gate)
        {
            if (_stop is { } begun) return begun.Deadline;
            var now = rooms.Time.GetUtcNow();
            var grace = StopDeadline.GraceOf(pod);
            // The stop began before this kubelet did: it goes on to the deadline that was recorded then.
            if (_wasDeletingAtFirst && pod.Metadata.DeletionTimestamp?.ToDateTimeOffset() - now is { } left && left < grace)
            {
                grace = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
            }
            var deadline = new StopDeadline(grace, rooms.Time);
            _stop = (deadline, now);
            return deadline;
        }
    }

    private async Task ReleaseAsync(CancellationToken stopping)
    {
        var (pod, isRemoved) = Latest();
        await rooms.Volumes.UnmountAsync(pod, stopping);
        if (isRemoved) return;
        var seen = await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping);
        Publish(pod, BuildStatus(pod, seen, isOver: true), mayStillRun: false);
    }

    private PodStatus BuildStatus(Pod pod, RuntimePod seen, bool isOver) =>
        rooms.Statuses.Build(pod, seen, _published, _startErrors, _ending, isOver, rooms.Time.GetUtcNow());

    private void Publish(Pod pod, PodStatus status, bool mayStillRun)
    {
        _published = status;
        rooms.Probes.Published(pod, status);
        if (!Latest().IsRemoved) rooms.Reporter.Set(pod, status, mayStillRun);
    }

    private (Pod Pod, bool IsRemoved) Latest()
    {
        lock (_gate) return (_pod, _isRemoved);
    }

    private TimeSpan WithJitter(TimeSpan period) => period * (1 + rooms.Random.NextDouble() / 2);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Pod} could not be brought further while {Phase}, will retry")]
    private partial void LogStepFailed(string pod, PodWorkerPhase phase, Exception exception);

    private enum SyncOutcome
    {
        Settled,
        Progress,
        Failed,
        FailedInNewSandbox,
    }
}
