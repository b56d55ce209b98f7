using System.Collections.Concurrent;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>One node's probes: their workers, their results, and what they see of the pods [pkg/kubelet/prober/prober_manager.go].</summary>
/// <param name="wake">Told the pod's uid whenever a result changes.</param>
internal sealed class PodProbes(ProbeRunner runner, Action<string> wake, Random random, TimeProvider time, ILoggerFactory loggers, CancellationToken stopping)
    : IPodProbes, IProbeSight, IAsyncDisposable
{
    private const string RuntimeScheme = "://";

    private readonly ConcurrentDictionary<string, PodEntry> _pods = new();
    private readonly ConcurrentDictionary<(string ContainerId, ProbeKind Kind), ProbeResult> _results = new();
    private readonly DateTimeOffset _began = time.GetUtcNow();

    public void Begin(Pod pod)
    {
        var targets = TargetsOf(pod).ToList();
        if (targets.Count == 0) return;
        var entry = _pods.GetOrAdd(pod.Metadata.Uid, _ => new PodEntry(pod));
        foreach (var target in targets) entry.TryBegin(target, Start);
    }

    public void Published(Pod pod, PodStatus status)
    {
        if (!_pods.TryGetValue(pod.Metadata.Uid, out var entry)) return;
        // Nobody changes the parts, so they need not be copied.
        entry.Pod = new Pod { Metadata = pod.Metadata, Spec = pod.Spec, Status = status };
        // A container that has just started need not wait a whole period to be found ready.
        foreach (var container in status.ContainerStatuses.Concat(status.InitContainerStatuses).Where(c => c is { Started: true, Ready: false }))
        {
            entry.Trigger(container.Name, ProbeKind.Readiness);
        }
    }

    public void EndRestarts(string uid)
    {
        if (_pods.TryGetValue(uid, out var entry)) entry.End(ProbeKind.Startup, ProbeKind.Liveness);
    }

    public void End(string uid)
    {
        if (!_pods.TryRemove(uid, out var entry)) return;
        entry.End(ProbeKind.Startup, ProbeKind.Liveness, ProbeKind.Readiness);
        foreach (var key in entry.Instances) _results.TryRemove(key, out _);
    }

    public bool IsStarted(Container container, Runtime.ContainerStatus instance) =>
        instance.State == Runtime.ContainerState.Running
        && (container.StartupProbe is null || ResultOf(instance, ProbeKind.Startup) == ProbeResult.Success);

    public bool IsReady(Container container, Runtime.ContainerStatus instance) =>
        IsStarted(container, instance)
        && (container.ReadinessProbe is null || ResultOf(instance, ProbeKind.Readiness) == ProbeResult.Success);

    public ContainerKillReason? FailureOf(Runtime.ContainerStatus instance)
    {
        if (!_pods.TryGetValue(instance.PodUid, out var entry)) return null;
        foreach (var kind in (ProbeKind[])[ProbeKind.Liveness, ProbeKind.Startup])
        {
            if (ResultOf(instance, kind) == ProbeResult.Failure && entry.Find(instance.Name, kind) is { } target) return KillReason(entry.Pod, target);
        }
        return null;
    }

    /// <summary>Returns when every worker has ended.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_pods.Values.SelectMany(entry => entry.Runs));

    ProbeSighting IProbeSight.See(ProbeTarget target)
    {
        if (!_pods.TryGetValue(target.PodUid, out var entry)) return default(ProbeSighting) with { ContainerId = "", IsPodOver = true };
        var pod = entry.Pod;
        var statuses = target.IsSidecar ? pod.Status?.InitContainerStatuses : pod.Status?.ContainerStatuses;
        var status = statuses?.FirstOrDefault(s => s.Name == target.Container.Name);
        return new ProbeSighting(
            ContainerId: BareId(status?.ContainerId),
            IsRunning: status?.State?.Running is not null,
            IsTerminated: status?.State?.Terminated is not null,
            StartedAt: status?.State?.Running?.StartedAt?.ToDateTimeOffset() ?? default,
            IsStarted: status?.Started ?? false,
            IsPodDeleting: pod.IsDeleting(),
            IsPodOver: pod.HasTerminalPhase(),
            NeverRestarts: pod.Spec.RestartPolicy == "Never" && !target.IsSidecar);
    }

    Pod? IProbeSight.PodOf(ProbeTarget target) => _pods.TryGetValue(target.PodUid, out var entry) ? entry.Pod : null;

    void IProbeSight.Store(ProbeTarget target, string containerId, ProbeResult result)
    {
        if (!_pods.TryGetValue(target.PodUid, out var entry)) return;
        var key = (containerId, target.Kind);
        var before = _results.TryGetValue(key, out var known) ? known : ProbeState.Initial(target.Kind);
        _results[key] = result;
        foreach (var old in entry.Replace(target, containerId)) _results.TryRemove(old, out _);
        if (before != result) wake(target.PodUid);
    }

    private ProbeResult ResultOf(Runtime.ContainerStatus instance, ProbeKind kind) => _results.GetValueOrDefault((instance.Id, kind), ProbeState.Initial(kind));

    // A container that is not started again is told so: the text then ends after the probe's name. Sidecars are always started again.
    private static ContainerKillReason KillReason(Pod pod, ProbeTarget target)
    {
        var probe = target.Kind == ProbeKind.Liveness ? "liveness" : "startup";
        var message = target.IsSidecar ? $"Init container {{0}} failed {probe} probe"
            : pod.Spec.RestartPolicy == "Never" ? $"Container {{0}} failed {probe} probe"
            : $"Container {{0}} failed {probe} probe, will be restarted";
        TimeSpan? grace = target.Probe.HasTerminationGracePeriodSeconds ? TimeSpan.FromSeconds(target.Probe.TerminationGracePeriodSeconds) : null;
        return new ContainerKillReason(message, probe, grace);
    }

    private static IEnumerable<ProbeTarget> TargetsOf(Pod pod)
    {
        foreach (var (container, isSidecar) in pod.Spec.Containers.Select(c => (c, false)).Concat(pod.Spec.Sidecars().Select(c => (c, true))))
        {
            if (container.StartupProbe is { } startup) yield return new(pod.Metadata.Uid, container, isSidecar, ProbeKind.Startup, startup);
            if (container.ReadinessProbe is { } readiness) yield return new(pod.Metadata.Uid, container, isSidecar, ProbeKind.Readiness, readiness);
            if (container.LivenessProbe is { } liveness) yield return new(pod.Metadata.Uid, container, isSidecar, ProbeKind.Liveness, liveness);
        }
    }

    private (ProbeWorker Worker, Task Run) Start(ProbeTarget target, CancellationToken ended)
    {
        var worker = new ProbeWorker(target, this, runner, random, time, loggers.CreateLogger<ProbeWorker>());
        var spread = time.GetUtcNow() - _began < TimeSpan.FromSeconds(Math.Max(1, target.Probe.PeriodSeconds));
        return (worker, RunAsync(worker, spread, ended));
    }

    private async Task RunAsync(ProbeWorker worker, bool spread, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, stopping);
        await Task.Yield();
        try
        {
            await worker.RunAsync(spread, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Ended by the pod's worker or with the process; what it was about to say is no longer asked for.
        }
    }

    // containerd://3f2a… as the runtime knows it: 3f2a…
    private static string BareId(string? containerId) =>
        string.IsNullOrEmpty(containerId) ? "" : containerId[(containerId.IndexOf(RuntimeScheme, StringComparison.Ordinal) + RuntimeScheme.Length)..];
}
