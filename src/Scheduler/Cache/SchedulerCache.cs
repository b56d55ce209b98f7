using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cache;

/// <summary>The nodes, and the pods that have one: heard of, or assumed by us before the apiserver has said so.</summary>
/// <remarks>
/// | a pod with a node is  | Assume   | heard of with a node | heard gone | Forget    |
/// |-----------------------|----------|----------------------|------------|-----------|
/// | unknown               | assumed  | confirmed            | unchanged  | unchanged |
/// | assumed               | an error | confirmed, there     | unknown    | unknown   |
/// | confirmed             | an error | confirmed, there     | unknown    | unchanged |
/// An assumption does not expire: a pod that was bound stays assumed until it is heard of. Pods may be heard of before their node. Thread-safe.
/// </remarks>
internal sealed class SchedulerCache
{
    private readonly Lock _lock = new();     // guards everything below; a leaf
    private readonly List<NodeSlot> _order = [];
    private readonly Dictionary<string, NodeSlot> _nodes = [];
    private readonly Dictionary<string, PlacedPod> _pods = [];     // by uid
    private readonly Dictionary<string, HashSet<string>> _podsByNode = [];     // uids by node name

    public int NodeCount
    {
        get { lock (_lock) return _order.Count; }
    }

    public Snapshot TakeSnapshot()
    {
        lock (_lock)
        {
            var nodes = new NodeInfo[_order.Count];
            for (var i = 0; i < nodes.Length; i++) nodes[i] = _order[i].Info;
            return new Snapshot(nodes);
        }
    }

    public void SetNode(Node node)
    {
        lock (_lock)
        {
            if (_nodes.TryGetValue(node.Metadata.Name, out var slot))
            {
                slot.Info = slot.Info.With(node);
                return;
            }
            var info = UidsOnLocked(node.Metadata.Name).Aggregate(NodeInfo.Of(node), (sum, uid) => sum.With(_pods[uid].Pod));
            slot = new NodeSlot { Info = info };
            _nodes.Add(node.Metadata.Name, slot);
            _order.Add(slot);
        }
    }

    public void RemoveNode(string name)
    {
        lock (_lock)
        {
            if (_nodes.Remove(name, out var slot)) _order.Remove(slot);
        }
    }

    /// <summary>The pod is taken to be on the node from now on.</summary>
    public void Assume(PodInfo pod, string node)
    {
        lock (_lock)
        {
            if (_pods.ContainsKey(pod.Uid)) throw new InvalidOperationException($"Pod {pod} has a node already.");
            PlaceLocked(new PlacedPod(pod, node, IsAssumed: true));
        }
    }

    /// <summary>The assumed pod was not bound. A pod that was heard of meanwhile stays.</summary>
    public void Forget(PodInfo pod)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(pod.Uid, out var placed) && placed.IsAssumed) DisplaceLocked(placed);
        }
    }

    /// <summary>Whether the pod has a node, assumed or heard of.</summary>
    public bool HasPod(string uid)
    {
        lock (_lock) return _pods.ContainsKey(uid);
    }

    /// <summary>A pod was heard of with its node, new, changed or confirmed.</summary>
    public void SetPod(PodInfo pod)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(pod.Uid, out var placed)) DisplaceLocked(placed);
            PlaceLocked(new PlacedPod(pod, pod.NodeName, IsAssumed: false));
        }
    }

    /// <summary>A pod is gone or has ended. Says whether it had a node.</summary>
    public bool RemovePod(string uid)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(uid, out var placed)) return false;
            DisplaceLocked(placed);
            return true;
        }
    }

    private IEnumerable<string> UidsOnLocked(string node) => _podsByNode.TryGetValue(node, out var uids) ? uids : [];

    private void PlaceLocked(PlacedPod placed)
    {
        _pods.Add(placed.Pod.Uid, placed);
        if (!_podsByNode.TryGetValue(placed.Node, out var uids)) _podsByNode.Add(placed.Node, uids = []);
        uids.Add(placed.Pod.Uid);
        if (_nodes.TryGetValue(placed.Node, out var slot)) slot.Info = slot.Info.With(placed.Pod);
    }

    private void DisplaceLocked(PlacedPod placed)
    {
        _pods.Remove(placed.Pod.Uid);
        var uids = _podsByNode[placed.Node];
        uids.Remove(placed.Pod.Uid);
        if (uids.Count == 0) _podsByNode.Remove(placed.Node);
        if (_nodes.TryGetValue(placed.Node, out var slot)) slot.Info = slot.Info.Without(placed.Pod.Uid);
    }

    private sealed record PlacedPod(PodInfo Pod, string Node, bool IsAssumed);

    private sealed class NodeSlot
    {
        public required NodeInfo Info { get; set; }
    }
}
