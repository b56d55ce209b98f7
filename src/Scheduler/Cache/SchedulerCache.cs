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
    private readonly Dictionary<string, LinkedListNode<NodeState>> _nodes = [];
    private readonly LinkedList<NodeState> _lastChangedFirst = new();
    private readonly NodeOrder _order = new();
    private long _generation;     // one more with each change
    private long _orderGeneration;     // of the last change of the nodes' order
    private readonly Dictionary<string, PlacedPod> _pods = [];     // by uid
    private readonly Dictionary<string, HashSet<string>> _podsByNode = [];     // uids by node name

    public int NodeCount
    {
        get { lock (_lock) return _nodes.Count; }
    }

    /// <summary>How many there are; of the pods, those that have a node or are assumed to, and those that are only assumed to.</summary>
    public (int Nodes, int Pods, int Assumed) Size
    {
        get { lock (_lock) return (_nodes.Count, _pods.Count, _pods.Values.Count(pod => pod.IsAssumed)); }
    }

    /// <summary>Brings the snapshot up to date: only the nodes that have changed since it was last are looked at.</summary>
    public void Refresh(Snapshot snapshot)
    {
        lock (_lock)
        {
            if (_orderGeneration > snapshot.Generation)
            {
                snapshot.Reset(_order.Names().Select(name => _nodes[name].Value.Info));
            }
            else
            {
                foreach (var changed in _lastChangedFirst.TakeWhile(node => node.Generation > snapshot.Generation)) snapshot.Replace(changed.Info);
            }
            snapshot.Generation = _generation;
        }
    }

    public void SetNode(Node node)
    {
        lock (_lock)
        {
            if (FindLocked(node.Metadata.Name) is not { } info)
            {
                ReorderLocked(null, node);
                SetLocked(UidsOnLocked(node.Metadata.Name).Aggregate(NodeInfo.Of(node), (sum, uid) => sum.With(_pods[uid].Pod)));
                return;
            }
            if (!NodeOrder.IsSameZone(info.Node, node)) ReorderLocked(info.Node, node);
            SetLocked(info.With(node));
        }
    }

    public void RemoveNode(string name)
    {
        lock (_lock)
        {
            if (!_nodes.Remove(name, out var entry)) return;
            _lastChangedFirst.Remove(entry);
            ReorderLocked(entry.Value.Info.Node, null);
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
        if (FindLocked(placed.Node) is { } info) SetLocked(info.With(placed.Pod));
    }

    private void DisplaceLocked(PlacedPod placed)
    {
        _pods.Remove(placed.Pod.Uid);
        var uids = _podsByNode[placed.Node];
        uids.Remove(placed.Pod.Uid);
        if (uids.Count == 0) _podsByNode.Remove(placed.Node);
        if (FindLocked(placed.Node) is { } info) SetLocked(info.Without(placed.Pod.Uid));
    }

    private NodeInfo? FindLocked(string node) => _nodes.TryGetValue(node, out var entry) ? entry.Value.Info : null;

    private void SetLocked(NodeInfo info)
    {
        if (_nodes.Remove(info.Name, out var entry)) _lastChangedFirst.Remove(entry);
        _nodes.Add(info.Name, _lastChangedFirst.AddFirst(new NodeState(info, ++_generation)));
    }

    private void ReorderLocked(Node? leaves, Node? enters)
    {
        if (leaves is not null) _order.Remove(leaves);
        if (enters is not null) _order.Add(enters);
        _orderGeneration = ++_generation;
    }

    private readonly record struct NodeState(NodeInfo Info, long Generation);

    private sealed record PlacedPod(PodInfo Pod, string Node, bool IsAssumed);
}
