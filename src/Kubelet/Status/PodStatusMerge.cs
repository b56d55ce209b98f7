using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>Lays the kubelet's status over the stored one [status_manager.go mergePodStatus].</summary>
internal static class PodStatusMerge
{
    /// <summary>
    /// Conditions of others survive. While containers may still run, a terminal phase, its reason and its message wait; once a phase is
    /// terminal, Ready and ContainersReady are False. That the kubelet has disrupted the pod is told with its terminal phase, not before.
    /// </summary>
    public static PodStatus Into(Pod stored, PodStatus computed, bool mayStillRun)
    {
        var merged = computed.Clone();
        var foreign = stored.Status?.Conditions.Where(c => !PodConditions.OwnedTypes.Contains(c.Type)).Select(c => c.Clone()).ToList() ?? [];
        var owned = merged.Conditions.Where(c => PodConditions.OwnedTypes.Contains(c.Type)).ToList();
        var disrupted = merged.Conditions.FirstOrDefault(c => c.Type == PodConditions.DisruptionTarget);
        if (disrupted is not null && !mayStillRun && computed.Phase is ("Succeeded" or "Failed")) PodConditions.Replace(foreign, KeepTransition(disrupted, stored.Status));
        merged.Conditions.Clear();
        merged.Conditions.Add(foreign);
        merged.Conditions.Add(owned.Select(c => KeepTransition(c, stored.Status)));

        // Not the kubelet's to change.
        merged.NominatedNodeName = stored.Status?.NominatedNodeName ?? "";
        if (stored.Status?.QosClass is { Length: > 0 } qos) merged.QosClass = qos;
        if (stored.Status?.StartTime is { } start) merged.StartTime = start.Clone();

        if (mayStillRun && computed.Phase is ("Succeeded" or "Failed"))
        {
            merged.Phase = stored.Status?.Phase ?? "";
            merged.Reason = stored.Status?.Reason ?? "";
            merged.Message = stored.Status?.Message ?? "";
        }
        return merged;
    }

    /// <summary>Equal, but for the order of the conditions: whoever added one may have put it anywhere, and that alone is not worth a write.</summary>
    public static bool IsSame(PodStatus merged, PodStatus? stored)
    {
        if (stored is null || stored.Conditions.Count != merged.Conditions.Count) return false;
        var ordered = stored.Clone();
        ordered.Conditions.Clear();
        ordered.Conditions.Add(stored.Conditions.OrderBy(c => merged.Conditions.TakeWhile(m => m.Type != c.Type).Count()));
        return ordered.Equals(merged);
    }

    private static PodCondition KeepTransition(PodCondition computed, PodStatus? stored)
    {
        var before = stored?.Conditions.FirstOrDefault(c => c.Type == computed.Type);
        if (before?.Status != computed.Status || before.LastTransitionTime is null) return computed;
        computed.LastTransitionTime = before.LastTransitionTime.Clone();
        return computed;
    }
}
