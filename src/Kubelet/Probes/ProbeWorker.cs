using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>One probe of one container of one pod: looks at every tick, and at once when triggered. Decisions are <see cref="ProbeState"/>'s.</summary>
internal sealed partial class ProbeWorker(ProbeTarget target, IProbeSight sight, ProbeRunner runner, Random random, TimeProvider time, ILogger<ProbeWorker> logger)
{
    private readonly Probe _probe = target.Probe;
    private readonly PodWorkers.Wakeup _trigger = new();

    public ProbeTarget Target { get; } = target;

    /// <summary>Looks again at once; the next tick is a whole period later.</summary>
    public void Trigger() => _trigger.Set();

    /// <summary>Ticks until the probe has no more to say or is stopped.</summary>
    /// <param name="spread">A new kubelet's probes must not all speak at once: waits a random part of the period first.</param>
    public async Task RunAsync(bool spread, CancellationToken stopping)
    {
        var period = TimeSpan.FromSeconds(Math.Max(1, _probe.PeriodSeconds));
        if (spread) await Task.Delay(period * random.NextDouble(), time, stopping);

        var state = new ProbeState();
        var next = time.GetUtcNow() + period;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                (var isOver, state) = await TickAsync(state, stopping);
                if (isOver) return;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                LogTickFailed(Target.Kind, Target.Container.Name, Target.PodUid, exception);
            }
            var wait = next - time.GetUtcNow();
            var isTick = wait <= TimeSpan.Zero || !await _trigger.WaitAsync(wait, time, stopping);
            next = isTick ? NextTick(next, period) : time.GetUtcNow() + period;
        }
    }

    // Ticks that a slow check has missed are made good by one, as Go's ticker does, and not by as many in one moment.
    private DateTimeOffset NextTick(DateTimeOffset tick, TimeSpan period)
    {
        var now = time.GetUtcNow();
        return tick > now ? tick + period : tick + (period * (1 + (int)((now - tick) / period)));
    }

    private async Task<(bool IsOver, ProbeState Next)> TickAsync(ProbeState state, CancellationToken stopping)
    {
        var delay = TimeSpan.FromSeconds(_probe.InitialDelaySeconds);
        (var action, var store, state) = state.Tick(Target.Kind, sight.See(Target), delay, time.GetUtcNow());
        if (store is { } found) sight.Store(Target, state.ContainerId, found);
        if (action != ProbeAction.Execute) return (action == ProbeAction.End, state);

        if (sight.PodOf(Target) is not { } pod) return (true, state);
        var outcome = await runner.RunAsync(pod, Target, state.ContainerId, stopping);
        (var decided, state) = state.After(Target.Kind, outcome.Verdict, Math.Max(1, _probe.SuccessThreshold), Math.Max(1, _probe.FailureThreshold));
        if (decided is { } result) sight.Store(Target, state.ContainerId, result);
        return (false, state);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} probe of container {Container} of pod {Uid} could not be looked at")]
    private partial void LogTickFailed(ProbeKind kind, string container, string uid, Exception exception);
}

/// <summary>Which probe of which container.</summary>
internal sealed record ProbeTarget(string PodUid, Container Container, bool IsSidecar, ProbeKind Kind, Probe Probe);

/// <summary>What a probe sees, and where it leaves its results.</summary>
internal interface IProbeSight
{
    /// <summary>The container as last published.</summary>
    ProbeSighting See(ProbeTarget target);

    /// <summary>The pod with its latest status; null when it is no longer there.</summary>
    Pod? PodOf(ProbeTarget target);

    /// <summary>The result that holds from now on for that instance.</summary>
    void Store(ProbeTarget target, string containerId, ProbeResult result);
}
