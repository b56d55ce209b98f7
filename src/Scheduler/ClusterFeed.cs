using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler;

/// <summary>Sorts what the watches say into cache and queue.</summary>
/// <remarks>
/// | a pod heard of                              | goes to                                          |
/// |---------------------------------------------|--------------------------------------------------|
/// | Succeeded or Failed, or gone                | neither; others may be helped if it had a node   |
/// | with a node                                 | the cache, which confirms an assumption          |
/// | without, and its schedulerName is ours      | the queue                                        |
/// | without, and another scheduler's            | neither                                          |
/// </remarks>
internal sealed class ClusterFeed(SchedulerCache cache, SchedulingQueue queue, NominatedPods nominated, WaitingPods waiting, Profiles profiles)
    : IInformerHandler<Pod>, IInformerHandler<Node>
{
    public void OnAdd(Pod obj) => Set(obj);

    public void OnUpdate(Pod old, Pod current)
    {
        if (old.Metadata.Uid != current.Metadata.Uid) OnDelete(old);
        Set(current, old.Metadata.Uid == current.Metadata.Uid ? old : null);
    }

    public void OnDelete(Pod last)
    {
        queue.Remove(ObjectKey.Of(last));
        waiting.Reject(last.Metadata.Uid);

        // Others no less than it had to leave it the room that was being made for it.
        var wasExpected = nominated.Remove(last.Metadata.Uid);
        if (cache.RemovePod(last.Metadata.Uid) || wasExpected) queue.Tell(new ClusterEvent.AssignedPodDeleted(new PodInfo(last)));
    }

    public void OnAdd(Node obj)
    {
        cache.SetNode(obj);
        queue.Tell(new ClusterEvent.NodeAdded(obj));
    }

    public void OnUpdate(Node old, Node current)
    {
        cache.SetNode(current);
        if (IsHeartbeat(old, current)) return;
        queue.Tell(new ClusterEvent.NodeUpdated(old, current));
    }

    public void OnDelete(Node last)
    {
        cache.RemoveNode(last.Metadata.Name);
        queue.Tell(new ClusterEvent.NodeDeleted(last));
    }

    private void Set(Pod pod, Pod? old = null)
    {
        if (pod.Status?.Phase is "Succeeded" or "Failed")
        {
            OnDelete(pod);
        }
        else if (pod.Spec.NodeName.Length > 0)
        {
            SetAssigned(new PodInfo(pod), old);
        }
        else if (profiles.Has(pod.Spec.SchedulerName) && !cache.HasPod(pod.Metadata.Uid))
        {
            var info = new PodInfo(pod);
            var hasFreed = nominated.Hear(info, old is null ? null : old.Status?.NominatedNodeName ?? "");
            queue.Set(info);
            if (hasFreed) queue.Tell(new ClusterEvent.AssignedPodDeleted(info));
        }
    }

    private void SetAssigned(PodInfo pod, Pod? old)
    {
        queue.Remove(pod.Key);
        waiting.Reject(pod.Uid);
        nominated.Remove(pod.Uid);
        cache.SetPod(pod);
        if (old is null || old.Spec.NodeName.Length == 0) queue.Tell(new ClusterEvent.AssignedPodAdded(pod));
        else if (!IsStatusOnly(old, pod.Pod)) queue.Tell(new ClusterEvent.AssignedPodUpdated(new PodInfo(old), pod));
    }

    private static bool IsStatusOnly(Pod old, Pod current) =>
        Equals(old.Spec, current.Spec)
        && old.Metadata.Labels.Equals(current.Metadata.Labels)
        && Equals(old.Metadata.DeletionTimestamp, current.Metadata.DeletionTimestamp);

    // Nothing that a plugin looks at.
    private static bool IsHeartbeat(Node old, Node current) =>
        Equals(old.Spec, current.Spec)
        && old.Metadata.Labels.Equals(current.Metadata.Labels)
        && Equals(old.Status?.Allocatable, current.Status?.Allocatable)
        && HasSameConditions(old, current);

    // Times and texts aside.
    private static bool HasSameConditions(Node old, Node current)
    {
        var (before, now) = (old.Status?.Conditions ?? [], current.Status?.Conditions ?? []);
        return before.Count == now.Count && before.Zip(now).All(pair => pair.First.Type == pair.Second.Type && pair.First.Status == pair.Second.Status);
    }
}
