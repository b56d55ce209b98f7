using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>Makes one check and tells of it: every failed one is an event, also below the threshold [pkg/kubelet/prober/prober.go].</summary>
internal sealed class ProbeRunner(ExecCheck exec, HttpCheck http, TcpCheck tcp, GrpcCheck grpc, IPodEvents events, IProbeScript? script = null)
{
    private const int Tries = 3;

    /// <param name="pod">With the latest status: its address is there.</param>
    /// <param name="target">What to check.</param>
    /// <param name="containerId">The instance, as the runtime knows it.</param>
    /// <param name="stopping">The probe is no longer wanted.</param>
    public async Task<ProbeOutcome> RunAsync(Pod pod, ProbeTarget target, string containerId, CancellationToken stopping)
    {
        // An error, unlike a failure, is tried again at once: it says nothing about the container.
        var outcome = await CheckAsync(pod, target, containerId, stopping);
        for (var tries = 1; tries < Tries && outcome.Verdict == ProbeVerdict.Error; tries++) outcome = await CheckAsync(pod, target, containerId, stopping);

        var (kind, container) = (target.Kind, target.Container.Name);
        if (outcome.Verdict == ProbeVerdict.Failure) events.Warning(pod, "Unhealthy", $"{kind} probe failed: {outcome.Output}", container);
        else if (outcome.Verdict == ProbeVerdict.Error) events.Warning(pod, "Unhealthy", $"{kind} probe errored: {outcome.Output}", container);
        else if (outcome.Verdict == ProbeVerdict.Warning) events.Warning(pod, "ProbeWarning", $"{kind} probe warning: {outcome.Output}", container);
        return outcome;
    }

    private Task<ProbeOutcome> CheckAsync(Pod pod, ProbeTarget target, string containerId, CancellationToken stopping)
    {
        if (script?.FailureOf(containerId, target.Kind) is { } why) return Task.FromResult(new ProbeOutcome(ProbeVerdict.Failure, why));
        var timeout = TimeSpan.FromSeconds(Math.Max(1, target.Probe.TimeoutSeconds));
        var podIp = pod.Status?.PodIp ?? "";
        return target.Probe.Handler switch
        {
            { Exec: { } action } => exec.RunAsync(action, target.Container, containerId, timeout, stopping),
            { HttpGet: { } action } => http.RunAsync(action, target.Container, podIp, timeout, stopping),
            { TcpSocket: { } action } => tcp.RunAsync(action, target.Container, podIp, timeout, stopping),
            { Grpc: { } action } => grpc.RunAsync(action, podIp, timeout, stopping),
            _ => Task.FromResult(new ProbeOutcome(ProbeVerdict.Error, $"missing probe handler for {pod.Metadata.Namespace}/{pod.Metadata.Name}:{target.Container.Name}")),
        };
    }
}
