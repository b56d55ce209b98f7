using System.Collections.Concurrent;

using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Queue;

/// <summary>What brings pods into the queue's pools, as Kubernetes' metrics name it: the object and what happened to it.</summary>
/// <remarks>Source: pkg/scheduler/framework/events.go and types.go.</remarks>
internal static class QueueEvents
{
    public const string PodAdded = "UnschedulablePodAdd";
    public const string AttemptFailed = "ScheduleAttemptFailure";
    public const string BackoffComplete = "BackoffComplete";
    public const string UnschedulableTimeout = "UnschedulableTimeout";

    private static readonly NodeSpec NoSpec = new();
    private static readonly ConcurrentDictionary<Type, (string Added, string Updated)> Objects = [];

    /// <summary>Of several things that changed at once, the first that Kubernetes looks for.</summary>
    public static string NameOf(ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded => "NodeAdd",
        ClusterEvent.NodeUpdated updated => NameOf(updated),
        ClusterEvent.NodeDeleted => "NodeDelete",
        ClusterEvent.AssignedPodAdded => "AssignedPodAdd",
        ClusterEvent.AssignedPodUpdated(var old, var current) =>
            !old.Pod.Metadata.Labels.Equals(current.Pod.Metadata.Labels) ? "AssignedPodUpdatePodLabel"
            : IsScaledDown(old, current) ? "AssignedPodUpdatePodScaleDown" : "AssignedPodUpdate",
        ClusterEvent.AssignedPodDeleted => "AssignedPodDelete",
        ClusterEvent.PodUpdated updated => NameOf(updated),
        ClusterEvent.ObjectSet(var old, var current) => NameOf(current, isNew: old is null),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, null),
    };

    private static string NameOf(ClusterEvent.NodeUpdated updated)
    {
        var (old, current) = (updated.Old, updated.Current);
        var (before, now) = (old.Spec ?? NoSpec, current.Spec ?? NoSpec);       // a Node need not have one
        if (before.Unschedulable && !now.Unschedulable) return "NodeUpdateNodeTaint";
        if (!Equals(old.Status?.Allocatable, current.Status?.Allocatable)) return "NodeUpdateNodeAllocatable";
        if (!old.Metadata.Labels.Equals(current.Metadata.Labels)) return "NodeUpdateNodeLabel";
        if (!before.Taints.Equals(now.Taints)) return "NodeUpdateNodeTaint";
        return before.Equals(now) ? "NodeUpdateNodeCondition" : "NodeUpdate";
    }

    private static string NameOf(ClusterEvent.PodUpdated updated)
    {
        var (old, current) = (updated.Old.Pod, updated.Current.Pod);
        if (!old.Metadata.Labels.Equals(current.Metadata.Labels)) return "UnschedulablePodUpdatePodLabel";
        if (IsScaledDown(updated.Old, updated.Current)) return "UnschedulablePodUpdatePodScaleDown";
        if (old.Spec.SchedulingGates.Count > 0 && current.Spec.SchedulingGates.Count == 0) return "UnschedulablePodUpdatePodSchedulingGatesEliminated";
        return old.Spec.Tolerations.Count == current.Spec.Tolerations.Count ? "UnschedulablePodUpdate" : "UnschedulablePodUpdatePodTolerations";
    }

    private static bool IsScaledDown(PodInfo old, PodInfo current)
    {
        var (before, now) = (old.Requests, current.Requests);
        return now.MilliCpu < before.MilliCpu || now.Memory < before.Memory || now.EphemeralStorage < before.EphemeralStorage
            || before.Others.Any(other => now.Others.GetValueOrDefault(other.Key) < other.Value);
    }

    private static string NameOf(IApiObject current, bool isNew)
    {
        var (added, updated) = Objects.GetOrAdd(current.GetType(), type => ($"{Resource(type)}Add", $"{Resource(type)}Update"));
        return isNew ? added : updated;
    }

    private static string Resource(Type type) => type.Namespace == typeof(StorageClass).Namespace ? $"storage.k8s.io/{type.Name}" : type.Name;
}
