using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.TaintEviction;

/// <summary>What to do about one pod now [pkg/controller/tainteviction/taint_eviction.go].</summary>
/// <remarks>
/// | NoExecute taints of the node | the pod's tolerations fit | nothing is planned          | a time is planned       | told to go, for the same |
/// |------------------------------|---------------------------|-----------------------------|-------------------------|--------------------------|
/// | the node is not known        | any                       | nothing                     | stands                  | nothing                  |
/// | none                         | any                       | nothing                     | cancelled               | forgotten                |
/// | some                         | not all                   | told to go                  | cancelled, told to go   | nothing                  |
/// | some                         | all, for ever             | nothing                     | cancelled               | nothing                  |
/// | some                         | all, the least 0 s        | told to go                  | stands                  | nothing                  |
/// | some                         | all, for some seconds     | planned for the least of it | stands                  | nothing                  |
/// A plan that stands is carried out when its time has come. It stands whatever taints and seconds have become meanwhile, as in Kubernetes: unreachable
/// in place of not-ready does not give a pod its seconds anew. The seconds run from when this process saw the taint, whatever timeAdded says. A pod
/// that has ended, or that is being deleted, is told like any other. A plan for another uid of the same name is cancelled first.
/// </remarks>
/// <param name="Next">What to keep; null: nothing.</param>
/// <param name="Cancels">Whether a plan was given up, which is worth an event.</param>
/// <param name="Evicts">Whether the pod is to be told now; then <paramref name="Next"/> is what to keep until it has been.</param>
internal readonly record struct EvictionStep(PlannedEviction? Next, bool Cancels, bool Evicts)
{
    /// <summary>The row of the table.</summary>
    /// <param name="before">What was kept.</param>
    /// <param name="pod">The pod; null: it is gone, or has no node.</param>
    /// <param name="node">Its node, where there is one.</param>
    /// <param name="now">The time.</param>
    public static EvictionStep Of(PlannedEviction? before, Pod? pod, Node? node, DateTimeOffset now)
    {
        var isPlanned = before?.Due is not null;
        if (pod is null) return new(null, isPlanned, false);
        if (before is not null && before.Uid != pod.Metadata.Uid) return Of(null, pod, node, now) with { Cancels = isPlanned };
        if (node is null) return Standing(before, now);

        Taint[] taints = [.. NoExecute(node)];
        if (taints.Length == 0) return new(null, isPlanned, false);
        if (before is { Due: null } && before.IsFor(taints, pod.Spec.Tolerations)) return new(before, false, false);
        var patience = Patience(taints, pod.Spec.Tolerations);
        if (patience is null) return new(null, isPlanned, false);
        if (isPlanned && (patience >= TimeSpan.Zero || before!.Due <= now)) return Standing(before, now);

        var due = now + (patience > TimeSpan.Zero ? patience.Value : TimeSpan.Zero);
        return new(new PlannedEviction(pod.Metadata.Uid, due, taints, [.. pod.Spec.Tolerations]), isPlanned, Evicts: due == now);
    }

    /// <summary>The taints of a node that drive pods out.</summary>
    public static IEnumerable<Taint> NoExecute(Node node) => node.Spec?.Taints.Where(taint => taint.Effect == Tolerations.NoExecute) ?? [];

    private static EvictionStep Standing(PlannedEviction? before, DateTimeOffset now) => new(before, false, before?.Due <= now);

    // Null: for ever. Less than nothing: it does not put up with all of them. Of several tolerations that fit one taint the first counts.
    private static TimeSpan? Patience(IEnumerable<Taint> taints, IReadOnlyList<Toleration> tolerations)
    {
        var used = taints.Select(tolerations.FirstFor).ToList();
        if (used.Contains(null)) return TimeSpan.MinValue;
        var limits = used.Where(toleration => toleration!.HasTolerationSeconds).Select(toleration => toleration!.TolerationSeconds).ToList();
        return limits.Count == 0 ? null : TimeSpan.FromSeconds(long.Clamp(limits.Min(), 0, int.MaxValue));
    }
}
