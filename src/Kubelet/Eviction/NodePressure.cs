using MiniK8s.Api.Placement;
using MiniK8s.Api.Validation;
using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>What a node is short of now: written by its eviction loop, read by its door and by its status.</summary>
internal sealed class NodePressure
{
    private static readonly Taint MemoryTaint = new() { Key = "node.kubernetes.io/memory-pressure", Effect = "NoSchedule" };
    private IReadOnlyCollection<string> _conditions = [];

    /// <summary>Node conditions, in the order of their names.</summary>
    public IReadOnlyCollection<string> Conditions
    {
        get => Volatile.Read(ref _conditions);
        set => Volatile.Write(ref _conditions, value);
    }

    /// <summary>Why a pod is kept out; null when it is not [pkg/kubelet/eviction/eviction_manager.go Admit].</summary>
    /// <remarks>
    /// <code>
    /// short of        | critical | BestEffort                       | others
    /// ----------------+----------+----------------------------------+-------
    /// nothing         | in       | in                               | in
    /// memory alone    | in       | in if it tolerates the taint     | in
    /// anything else   | in       | out                              | out
    /// </code>
    /// </remarks>
    public Refusal? Check(Pod pod)
    {
        var conditions = Conditions;
        if (conditions.Count == 0 || pod.IsCritical()) return null;
        var isMemoryAlone = conditions.Count == 1 && conditions.Contains(EvictionSignal.MemoryPressure);
        return isMemoryAlone && (PodQos.Of(pod.Spec) != PodQos.BestEffort || pod.Spec.Tolerations.Tolerates(MemoryTaint))
            ? null : new(EvictionMessages.Reason, EvictionMessages.Of(conditions));
    }
}
