using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>A pod's whole status as the kubelet would publish it now; a function of what it is given.</summary>
/// <param name="HostIps">The node's addresses.</param>
internal sealed record PodStatusBuilder(IReadOnlyList<string> HostIps, IProbeResults Probes)
{
    /// <param name="pod">As the API has it.</param>
    /// <param name="seen">As the runtime has it.</param>
    /// <param name="published">The last status this kubelet computed, else the API's.</param>
    /// <param name="startErrors">By container: why it could not be started.</param>
    /// <param name="ending">Set once nothing of the pod will start again; its reason wins over the phase table.</param>
    /// <param name="isOver">Nothing of it runs any more: this is the last word, and the phase becomes terminal.</param>
    public PodStatus Build(
        Pod pod, RuntimePod seen, PodStatus? published, IReadOnlyDictionary<string, StartError> startErrors, PodEnding? ending, bool isOver, DateTimeOffset now)
    {
        var containers = new ContainerStatuses(pod, seen, published, startErrors, Probes);
        var status = new PodStatus
        {
            QosClass = pod.Status?.QosClass ?? "",
            StartTime = published?.StartTime?.Clone() ?? ContainerStatuses.WholeSeconds(now),
            HostIp = HostIps[0],
        };
        status.HostIps.Add(HostIps.Select(ip => new HostIP { Ip = ip }));
        status.ContainerStatuses.Add(containers.Mains());
        status.InitContainerStatuses.Add(containers.Inits());
        status.EphemeralContainerStatuses.Add(containers.Ephemerals());
        SetAddresses(pod, seen, published, status);
        SetPhase(pod, status, published, ending);

        status.Conditions.Add(pod.Status?.Conditions.Where(c => !PodConditions.OwnedTypes.Contains(c.Type)).Select(c => c.Clone()) ?? []);
        if (ending?.Disruption is { } disruption) PodConditions.Replace(status.Conditions, PodConditions.Disrupted(disruption, now));
        status.Conditions.Add(PodConditions.Compute(pod, status, HasNetwork(pod, seen), published, now));
        // Afterwards: a pod that is Failed for want of any result keeps saying which containers were not ready.
        if (isOver) TerminatedPodStatus.Finish(pod, status);
        return status;
    }

    /// <summary>Of a pod that the node does not take: it has failed before it began, and has no containers.</summary>
    public static PodStatus Refused(Pod pod, Refusal refusal, DateTimeOffset now) => new()
    {
        Phase = "Failed",
        Reason = refusal.Reason,
        Message = $"Pod was rejected: {refusal.Message}",
        QosClass = pod.Status?.QosClass ?? "",
        StartTime = ContainerStatuses.WholeSeconds(now),
    };

    private static bool HasNetwork(Pod pod, RuntimePod seen) => seen.ReadySandbox is { } sandbox && (pod.Spec.HostNetwork || sandbox.Ip.Length > 0);

    private void SetAddresses(Pod pod, RuntimePod seen, PodStatus? published, PodStatus status)
    {
        var ip = pod.Spec.HostNetwork ? HostIps[0]
            : seen.Sandboxes.Count > 0 && seen.Sandboxes[0].Ip.Length > 0 ? seen.Sandboxes[0].Ip
            : published?.PodIp ?? "";
        if (ip.Length == 0) return;
        status.PodIp = ip;
        status.PodIps.Add(new PodIP { Ip = ip });
    }

    // A terminal phase is never left; reason and message live as long as the phase does.
    private static void SetPhase(Pod pod, PodStatus status, PodStatus? published, PodEnding? ending)
    {
        var before = published?.Phase is ("Succeeded" or "Failed") ? published : pod.HasTerminalPhase() ? pod.Status : null;
        status.Phase = before?.Phase
            ?? (ending?.Reason.Length > 0 ? "Failed" : PodPhaseTable.Decide(pod.Spec, status.ContainerStatuses, status.InitContainerStatuses, ending is not null && !pod.IsStatic()));
        var same = published is not null && published.Phase == status.Phase ? published : before;
        status.Reason = ending?.Reason is { Length: > 0 } reason ? reason : same?.Reason ?? "";
        status.Message = ending?.Message is { Length: > 0 } message ? message : same?.Message ?? "";
    }
}

/// <summary>That a pod has come to its end, and, when the kubelet ended it for a reason of its own, that reason (<c>DeadlineExceeded</c>).</summary>
/// <param name="Disruption">The message of its condition DisruptionTarget, where it had to go for the sake of others (KEP-3329).</param>
internal sealed record PodEnding(string Reason = "", string Message = "", string? Disruption = null);
