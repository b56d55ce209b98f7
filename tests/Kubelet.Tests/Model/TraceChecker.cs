using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>What must hold of every pod at every moment; the first entry that breaks a rule is an exception that names it.</summary>
internal sealed class TraceChecker
{
    public const string NothingStartsOnceTold = "no container starts once its pod is to go, but the one that was being started";
    public const string TerminalIsFinal = "a terminal phase is never left";
    public const string RunningStays = "a running pod is pending again only where its initialisation is repeated in a new sandbox";
    public const string RestartCountsGrow = "a restart count never falls";
    public const string InOrder = "what comes before a container in the specification has succeeded, or is up, when it first starts";
    public const string RestartsByPolicy = "a container starts again only where the policy says so, its image changed, or its probe's kill had decided it";
    public const string SidecarsLast = "a sidecar's stop signal waits for the mains and the sidecars after it, or for the end of the grace";
    public const string OneInstance = "at most one instance of a container runs";
    public const string EndedBeforeTerminal = "a stored phase is terminal only when nothing runs any more";
    public const string TerminalBeforeDelete = "the final delete comes after the stored terminal phase, and only where a deletion was asked for";
    public const string DeleteByUid = "the final delete carries the uid of a pod there is";

    private readonly Dictionary<string, PodTrace> _pods = [];

    public void Add(TraceEntry entry)
    {
        if (entry is TraceEntry.Born born) _pods[born.Uid] = new PodTrace(born.Pod.Spec);
        else if (entry is TraceEntry.KubeletRestarted) foreach (var each in _pods.Values) each.ForgetStop();
        else if (!_pods.TryGetValue(entry.Uid, out var pod)) Fail(DeleteByUid, entry);
        else Add(pod, entry);
    }

    private static void Add(PodTrace pod, TraceEntry entry)
    {
        switch (entry)
        {
            case TraceEntry.Told told:
                pod.Told(told);
                break;
            case TraceEntry.Started started:
                if (!pod.MayStart(started.Container)) Fail(NothingStartsOnceTold, entry);
                if (pod.Running.ContainsKey(started.Container)) Fail(OneInstance, entry);
                if (!pod.RaisesAttempt(started)) Fail(RestartCountsGrow, entry);
                if (!pod.IsInOrder(started)) Fail(InOrder, entry);
                if (!pod.MayStartAgain(started.Container)) Fail(RestartsByPolicy, entry);
                pod.Started(started);
                break;
            case TraceEntry.Up up:
                pod.Up.Add(up.Container);
                break;
            case TraceEntry.Ended ended:
                pod.Ended(ended);
                break;
            case TraceEntry.Killing killing:
                pod.Killing(killing);
                break;
            case TraceEntry.Signalled signalled:
                if (!pod.IsItsTurn(signalled)) Fail(SidecarsLast, entry);
                break;
            case TraceEntry.SandboxLost:
                pod.WasSandboxLost = true;
                break;
            case TraceEntry.Written written:
                Check(pod, written);
                break;
            case TraceEntry.Deleted deleted:
                if (!deleted.WasAskedFor || !IsTerminal(deleted.StoredPhase)) Fail(TerminalBeforeDelete, entry);
                break;
        }
    }

    private static void Check(PodTrace pod, TraceEntry.Written written)
    {
        var phase = written.Status.Phase;
        if (IsTerminal(pod.Phase) && phase != pod.Phase) Fail(TerminalIsFinal, written);
        if (pod.Phase == "Running" && phase == "Pending" && !(pod.WasSandboxLost && pod.Spec.InitContainers.Count > 0)) Fail(RunningStays, written);
        if (IsTerminal(phase) && pod.Running.Count > 0) Fail(EndedBeforeTerminal, written);
        pod.Phase = phase;
        foreach (var status in written.Status.ContainerStatuses.Concat(written.Status.InitContainerStatuses))
        {
            if (status.RestartCount < pod.RestartCounts.GetValueOrDefault(status.Name)) Fail(RestartCountsGrow, written);
            pod.RestartCounts[status.Name] = status.RestartCount;
        }
    }

    private static bool IsTerminal(string phase) => phase is "Succeeded" or "Failed";

    private static void Fail(string rule, TraceEntry entry) => throw new BrokenRuleException(rule, entry);

    private sealed class PodTrace(PodSpec spec)
    {
        private readonly HashSet<string> _succeeded = [];
        private readonly HashSet<string> _startedHere = [];
        private readonly Dictionary<string, int> _attempts = [];
        private readonly Dictionary<string, TraceEntry.Ended> _ends = [];
        private readonly Dictionary<string, string> _kills = [];
        private readonly HashSet<string> _stopping = [];
        private int _sandbox = -1;
        private TraceEntry.Told? _told;
        private string? _inFlight;
        private TimeSpan? _stopEnds;

        public PodSpec Spec { get; } = spec;

        public string Phase { get; set; } = "Pending";

        public bool WasSandboxLost { get; set; }

        public Dictionary<string, int> Running { get; } = [];

        public Dictionary<string, int> RestartCounts { get; } = [];

        public HashSet<string> Up { get; } = [];

        public void Told(TraceEntry.Told told)
        {
            if (_told is null) _inFlight = told.InFlight;
            // The grace of a stop that is under way can only shrink.
            var isResumed = told.IsResumed || _told?.IsResumed == true;
            _told = (_told is { } before && before.Grace < told.Grace ? before : told) with { IsResumed = isResumed };
            if (_stopEnds is { } ends && told.At + AtLeastASecond(told.Grace) is var sooner) _stopEnds = Min(ends, Min(sooner, told.DeletionAt ?? sooner));
        }

        public bool MayStart(string container) => _told is null || container == _inFlight;

        public bool RaisesAttempt(TraceEntry.Started started) => started.Attempt > _attempts.GetValueOrDefault(started.Container, -1);

        public bool IsInOrder(TraceEntry.Started started)
        {
            if (started.Sandbox == _sandbox && _startedHere.Contains(started.Container)) return true;
            if (started.Sandbox != _sandbox) EnterSandbox(started.Sandbox);
            return Spec.InitContainers.TakeWhile(init => init.Name != started.Container).All(init => init.IsSidecar() ? Up.Contains(init.Name) : _succeeded.Contains(init.Name));
        }

        // After IsInOrder, which forgets what succeeded in an older sandbox.
        public bool MayStartAgain(string container)
        {
            if (!_ends.TryGetValue(container, out var end)) return true;
            var init = Spec.InitContainers.FirstOrDefault(c => c.Name == container);
            if (init?.IsSidecar() == true) return true;
            if (init is not null) return !_startedHere.Contains(container) || (Spec.RestartPolicy != "Never" && !_succeeded.Contains(container));
            var kill = _kills.GetValueOrDefault(container, "");
            if (kill.Contains("definition changed", StringComparison.Ordinal)) return true;
            return Spec.RestartPolicy switch
            {
                "Always" => true,
                "OnFailure" => end.ExitCode != 0 || kill.Contains("probe", StringComparison.Ordinal),
                _ => false,
            };
        }

        public void Started(TraceEntry.Started started)
        {
            _kills.Remove(started.Container);
            if (_told is not null) _inFlight = null;
            Running[started.Container] = started.Attempt;
            _attempts[started.Container] = started.Attempt;
            _startedHere.Add(started.Container);
            _stopping.Remove(started.Container);
        }

        public void Ended(TraceEntry.Ended ended)
        {
            Running.Remove(ended.Container);
            _ends[ended.Container] = ended;
            if (ended is { ExitCode: 0, Reason: not "OOMKilled" }) _succeeded.Add(ended.Container);
        }

        public void Killing(TraceEntry.Killing killing)
        {
            _kills[killing.Container] = killing.Message;
            if (!killing.Message.StartsWith("Stopping container", StringComparison.Ordinal)) return;
            _stopping.Add(killing.Container);
            var grace = AtLeastASecond(_told?.Grace ?? TimeSpan.FromSeconds(Spec.TerminationGracePeriodSeconds));
            var left = _told is { IsResumed: true, DeletionAt: { } at } ? AtLeastASecond(at - killing.At) : grace;
            _stopEnds ??= killing.At + Min(grace, left);
        }

        // The next kubelet begins its stop anew; what it finds without a pod it ends in no order, and says nothing.
        public void ForgetStop()
        {
            _stopEnds = null;
            _stopping.Clear();
        }

        public bool IsItsTurn(TraceEntry.Signalled signalled)
        {
            var sidecars = Spec.InitContainers.Where(PodSpecs.IsSidecar).Select(c => c.Name).ToList();
            if (!_stopping.Contains(signalled.Container) || !sidecars.Contains(signalled.Container) || signalled.At >= _stopEnds) return true;
            var waitsFor = Spec.Containers.Select(c => c.Name).Concat(sidecars.SkipWhile(name => name != signalled.Container).Skip(1));
            return !waitsFor.Any(Running.ContainsKey);
        }

        private void EnterSandbox(int sandbox)
        {
            _sandbox = sandbox;
            _succeeded.Clear();
            _startedHere.Clear();
            Up.Clear();
        }

        private static TimeSpan AtLeastASecond(TimeSpan grace) => grace < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : grace;

        private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }
}

/// <summary>A rule does not hold.</summary>
internal sealed class BrokenRuleException(string rule, TraceEntry entry) : Exception($"Broken: {rule}. By: {entry}")
{
    public string Rule { get; } = rule;
}
