using System.Collections.Concurrent;

using MiniK8s.Client.Controllers;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.TaintEviction;

/// <summary>Drives pods out of nodes with NoExecute taints that they do not tolerate, or tolerate for some seconds only: <see cref="EvictionStep"/> says when.</summary>
/// <remarks>
/// Each pod is a key, looked at again when it, its tolerations or its node's taints change, and when its time has come; what is planned is kept
/// in memory alone, so a restart gives every pod its seconds anew, as in Kubernetes. Bounded by the pods on tainted nodes. An eviction that the server
/// refuses five times is tried again later with the queue's growing wait, where Kubernetes waits for the next change of pod or node.
/// </remarks>
internal sealed class TaintEvictionController : KeyController
{
    private const int Workers = 8;      // [taint_eviction.go, UpdateWorkerSize]
    private const string ByNode = "spec.nodeName";

    // No timer runs for years, and pods may tolerate that long; who is looked at early is looked at again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly IndexedCache<Pod> _pods;
    private readonly IndexedCache<Node> _nodes;
    private readonly IEventRecorder _events;
    private readonly PodDeletion _deletion;
    private readonly TimeProvider _time;

    // Each entry belongs to the one worker that has its key.
    private readonly ConcurrentDictionary<ObjectKey, PlannedEviction> _planned = [];

    public TaintEvictionController(InformerSet informers, IApiClient api, IEventRecorder events, TimeProvider time, ILoggerFactory loggers)
        : base("taint-eviction-controller", Workers, time, loggers)
    {
        (_events, _time, _deletion) = (events, time, new PodDeletion(api, time));
        _pods = informers.Of<Pod>().Cache;
        _nodes = informers.Of<Node>().Cache;
        _pods.AddIndex(ByNode, pod => pod.Spec.NodeName.Length == 0 ? [] : [pod.Spec.NodeName]);
        informers.Of<Pod>().AddHandler(InformerHandler.For<Pod>(
            pod => Queue.Add(ObjectKey.Of(pod)),
            (old, current) => { if (Differs(old, current)) Queue.Add(ObjectKey.Of(current)); },
            pod => Queue.Add(ObjectKey.Of(pod))));
        // A node that is gone changes nothing: what is planned stands, and pods without a node are the garbage collector's.
        informers.Of<Node>().AddHandler(InformerHandler.For<Node>(
            AddPodsOf,
            (old, current) => { if (!EvictionStep.NoExecute(old).SequenceEqual(EvictionStep.NoExecute(current))) AddPodsOf(current); },
            _ => { }));
    }

    public override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        var pod = _pods.Find(key) is { Spec.NodeName.Length: > 0 } bound ? bound : null;
        var node = pod is null ? null : _nodes.Find("", pod.Spec.NodeName);
        var now = _time.GetUtcNow();
        var step = EvictionStep.Of(_planned.GetValueOrDefault(key), pod, node, now);
        Keep(key, step.Next);
        if (step.Cancels) Record(key, $"Cancelling deletion of Pod {key}");
        if (!step.Evicts) return step.Next?.Due is { } due ? Requeue.In(Min(due - now, LongestWait)) : Requeue.None;

        Record(key, $"Marking for deletion Pod {key}");
        await _deletion.DeleteAsync(key, step.Next!.Uid, ct);
        Keep(key, step.Next.Done);
        return Requeue.None;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static bool Differs(Pod old, Pod current) => old.Metadata.Uid != current.Metadata.Uid
        || old.Spec.NodeName != current.Spec.NodeName || !old.Spec.Tolerations.Equals(current.Spec.Tolerations);

    private void AddPodsOf(Node node)
    {
        foreach (var pod in _pods.ListByIndex(ByNode, node.Metadata.Name)) Queue.Add(ObjectKey.Of(pod));
    }

    private void Keep(ObjectKey key, PlannedEviction? plan)
    {
        if (plan is null) _planned.TryRemove(key, out _);
        else _planned[key] = plan;
    }

    // By name alone, without a uid, as Kubernetes 1.32 records it.
    private void Record(ObjectKey pod, string message) => _events.Record(
        new ObjectReference { ApiVersion = "v1", Kind = "Pod", Namespace = pod.Namespace, Name = pod.Name }, EventTypes.Normal, "TaintManagerEviction", message);
}
