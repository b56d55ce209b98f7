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
    private readonly Wakeup _news = new();          // those wakeups that do not wait for the next relist
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, StartError> _startErrors = [];
    private readonly PodDelays _delays = new();
    private readonly Lock _gate = new();            // guards the five fields below, shared with Update, Remove and EndAsync
    private Pod _pod = first;
    private bool _isRemoved;
    private PodEnding? _asked;
    private TimeSpan _mostGrace = TimeSpan.MaxValue;
    private (StopDeadline Deadline, DateTimeOffset Began)? _stop;

    private PodStatus? _published = first.Status;
    private bool _hasPublished;
    private PodEnding? _ending;
    // A pod that is already being deleted when the kubelet first meets it was being stopped before the kubelet restarted.
    private readonly bool _wasDeletingAtFirst = first.IsDeleting();

    public string Uid { get; } = first.Metadata.Uid;

    public PodWorkerPhase Phase { get; private set; }

    /// <summary>As the apiserver has it.</summary>
    public Pod Pod => Latest().Pod;

    /// <summary>Done once the pod is gone from the apiserver.</summary>
    public Task Removed => _removed.Task;

    /// <summary>Done once nothing of the pod runs any more and its last status is handed over.</summary>
    public Task Ended => _finished.Task;

    /// <summary>The pod has changed at the apiserver. Its status alone, which is mostly our own word coming back, is no reason to look again.</summary>
    public void Update(Pod pod)
    {
        Pod before;
        (StopDeadline Deadline, DateTimeOffset Began)? stop;
        lock (_gate)
        {
            // What was read to confirm an old list is newer than what the watch tells next.
            if (pod.IsOlderThan(_pod)) return;
            (before, _pod, stop) = (_pod, pod, _stop);
        }
        // A further delete's grace counts from the same moment as the first one's; the first one's, for a pod that was ending by itself, from now.
        if (stop is var (deadline, began) && pod.IsDeleting()) deadline.Shorten((before.IsDeleting() ? began : rooms.Time.GetUtcNow()) + StopDeadline.GraceOf(pod));
        if (pod.DiffersForKubelet(before)) WakeForNews();
    }

    /// <summary>The pod is gone from the apiserver: what runs is stopped, and nothing is reported any more.</summary>
    public void Remove()
    {
        lock (_gate) _isRemoved = true;
        _removed.TrySetResult();
        WakeForNews();
    }

    /// <summary>The kubelet ends the pod for a reason of its own; the first reason stays, the shortest grace counts.</summary>
    /// <param name="ending">What its status shows.</param>
    /// <param name="grace">At most so much, whatever the pod says; null leaves it to the pod.</param>
    /// <returns><see cref="Ended"/>.</returns>
    public Task EndAsync(PodEnding ending, TimeSpan? grace = null)
    {
        (StopDeadline Deadline, DateTimeOffset Began)? stop;
        lock (_gate)
        {
            _asked ??= ending;
            if (grace < _mostGrace) _mostGrace = grace.Value;
            stop = _stop;
        }
        if (grace is { } most) stop?.Deadline.Shorten(stop.Value.Began + most);
        WakeForNews();
        return Ended;
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
                _finished.TrySetResult();
                return TimeSpan.Zero;
            default:
                throw new InvalidOperationException($"A {Phase} pod takes no further steps.");
        }
    }

    private async Task<TimeSpan> SyncAsync(CancellationToken stopping)
    {
        // Before the look: what happens from here on wakes the worker once more, what happened before is about to be seen.
        _wakeup.Clear();
        _news.Clear();
        var (pod, isRemoved, asked) = Latest();
        var seen = await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping);
        if (_isUnconfirmed && WouldStart(pod, isRemoved, seen) && !await ConfirmAsync(pod, stopping)) return TimeSpan.Zero;
        var status = BuildStatus(pod, seen, isOver: false);
        var activeFor = rooms.Time.GetUtcNow() - status.StartTime.ToDateTimeOffset();
        var limit = pod.Spec.HasActiveDeadlineSeconds ? TimeSpan.FromSeconds(pod.Spec.ActiveDeadlineSeconds) : TimeSpan.MaxValue;
        var action = PodWorkerDecision.Decide(new(
            StopRequested: isRemoved || pod.IsDeleting() || pod.HasTerminalPhase() || asked is not null,
            DeadlineExceeded: activeFor >= limit,
            RanToEnd: status.Phase is "Succeeded" or "Failed"));

        if (action == PodWorkerAction.StopAsDeadlineExceeded)
        {
            const string message = "Pod was active on the node longer than the specified deadline";
            rooms.Events.Normal(pod, "DeadlineExceeded", message);
            asked = new PodEnding("DeadlineExceeded", message);
        }
        if (asked is not null && status.Phase is not ("Succeeded" or "Failed"))
        {
            _ending = asked;
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
        if (outcome == SyncOutcome.FailedInstance)
        {
            // Kubernetes hears of an instance that died in its start with its next relist: what went wrong is shown before it is tried again.
            await _news.WaitAsync(RelistPeriod, rooms.Time, stopping);
            return TimeSpan.Zero;
        }
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
            var deadline = BeginStop();
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
        var outcome = SyncOutcome.Progress;
        foreach (var start in plan.Start)
        {
            // An asked-for stop is not kept waiting by the containers that have not begun yet.
            if (Latest() is var (latest, isRemoved, asked) && (isRemoved || asked is not null || latest.IsDeleting())) return SyncOutcome.Progress;
            var name = start.Container.Name;
            // As seen before the kills above: a container that was just killed is not held back by its own end, but by the one before.
            var error = await rooms.Starter.StartAsync(pod, start, seen, sandbox, _delays, stopping);
            if (error is null) _startErrors.Remove(name);
            else _startErrors[name] = error;
            await ForgetOldInstancesAsync(seen, name, stopping);
            if (error is not null && outcome != SyncOutcome.FailedInstance) outcome = error.HasInstance ? SyncOutcome.FailedInstance : SyncOutcome.Failed;
        }
        return outcome;
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
        var pod = Pod;
        rooms.Probes.EndRestarts(Uid);
        var seen = await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping);
        // Kept over a failed attempt: the next one goes on with what is left of the grace.
        var deadline = BeginStop();
        await rooms.PodStopper.StopAsync(pod, seen, deadline, stopping);
        deadline.Dispose();

        await rooms.PodStopper.StopSandboxesAsync(seen, stopping);
        rooms.Probes.End(Uid);
        pod = Pod;
        Publish(pod, BuildStatus(pod, await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping), isOver: false), mayStillRun: true);
    }

    private StopDeadline BeginStop()
    {
        lock (_gate)
        {
            if (_stop is { } begun) return begun.Deadline;
            var now = rooms.Time.GetUtcNow();
            var grace = StopDeadline.GraceOf(_pod) is var own && own < _mostGrace ? own : _mostGrace;
            var began = now;
            // The stop began before this kubelet did: it goes on to the deadline that was recorded then.
            if (_wasDeletingAtFirst && _pod.Metadata.DeletionTimestamp?.ToDateTimeOffset() - now is { } left && left < grace)
            {
                began = now + left - grace;
                grace = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
            }
            var deadline = new StopDeadline(grace, rooms.Time);
            _stop = (deadline, began);
            return deadline;
        }
    }

    private async Task ReleaseAsync(CancellationToken stopping)
    {
        var (pod, isRemoved, _) = Latest();
        await rooms.Volumes.UnmountAsync(pod, stopping);
        if (isRemoved && !pod.IsStatic()) return;
        var seen = await RuntimePod.ObserveAsync(rooms.Runtime, pod, stopping);
        Publish(pod, BuildStatus(pod, seen, isOver: true), mayStillRun: false);
    }

    private PodStatus BuildStatus(Pod pod, RuntimePod seen, bool isOver) =>
        rooms.Statuses.Build(pod, seen, _published, _startErrors, _ending, isOver, rooms.Time.GetUtcNow());

    private void Publish(Pod pod, PodStatus status, bool mayStillRun)
    {
        if (_published is { } before && ContainerTransitions.Illegal(pod.Spec, before, status) is { } fault)
        {
            LogStatusRefused(pod.Format(), fault);
            if (mayStillRun) return;
            // The last word must be one that can be told, or the pod never goes.
            status = before.Clone();
            TerminatedPodStatus.Finish(pod, status);
        }
        // Most looks find nothing new: what is kept for long stays the same object, or every look would leave one for the full collection.
        if (status.Equals(_published)) status = _published;
        _published = status;
        _hasPublished = true;
        rooms.Probes.Published(pod, status);
        // A static pod is gone from its folder, not from the apiserver: its mirror shows how it ends.
        if (!Latest().IsRemoved || pod.IsStatic()) rooms.Reporter.Set(pod, status, mayStillRun);
    }

    private (Pod Pod, bool IsRemoved, PodEnding? Asked) Latest()
    {
        lock (_gate) return (_pod, _isRemoved, _asked);
    }

    private void WakeForNews()
    {
        _news.Set();
        _wakeup.Set();
    }

    private TimeSpan WithJitter(TimeSpan period) => period * (1 + rooms.Random.NextDouble() / 2);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Pod} could not be brought further while {Phase}, will retry")]
    private partial void LogStepFailed(string pod, PodWorkerPhase phase, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A status of pod {Pod} is not published: {Fault}")]
    private partial void LogStatusRefused(string pod, string fault);
}
