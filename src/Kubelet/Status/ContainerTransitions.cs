using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>Which results are final: a container that is not to run again does not leave its end behind [status_manager.go checkContainerStateTransition].</summary>
/// <remarks>
/// <code>
/// before           | Always | OnFailure | Never
/// -----------------+--------+-----------+-------
/// ended, code 0    | may    | may not   | may not
/// ended, otherwise | may    | may       | may not
/// anything else    | may    | may       | may
/// </code>
/// A sidecar may whatever the policy; ephemeral containers are not looked at. The apiserver has the same rule, and answers a status that breaks
/// it with a refusal.
/// </remarks>
internal static class ContainerTransitions
{
    /// <summary>What is wrong with going from one status to the other, in Kubernetes' words; null when nothing is.</summary>
    public static string? Illegal(PodSpec spec, PodStatus before, PodStatus after)
    {
        if (spec.RestartPolicy == "Always") return null;
        if (FirstRevived(before.ContainerStatuses, after.ContainerStatuses, spec.RestartPolicy) is { } main)
            return $"terminated container {main} attempted illegal transition to non-terminated state";
        var sidecars = spec.Sidecars().Select(sidecar => sidecar.Name).ToHashSet();
        return FirstRevived(before.InitContainerStatuses.Where(status => !sidecars.Contains(status.Name)), after.InitContainerStatuses, spec.RestartPolicy) is { } init
            ? $"terminated init container {init} attempted illegal transition to non-terminated state"
            : null;
    }

    private static string? FirstRevived(IEnumerable<ContainerStatus> before, IReadOnlyCollection<ContainerStatus> after, string policy) => before
        .Where(status => status.State?.Terminated is { } end && !(policy == "OnFailure" && end.ExitCode != 0))
        .FirstOrDefault(status => after.Any(now => now.Name == status.Name && now.State?.Terminated is null))?.Name;
}
