using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace MiniK8s.Scheduler.Framework;

/// <summary>The pods that wait for room which is being made for them on a node.</summary>
/// <remarks>
/// | a pod without a node                                       | its nomination               |
/// |------------------------------------------------------------|------------------------------|
/// | is nominated by the loop                                   | that node; none for ""       |
/// | heard of for the first time                                | what its status says         |
/// | heard of, its status says another node than before         | what its status says now     |
/// | heard of otherwise                                         | stays: the status lags ours  |
/// | is assumed, has a node, is gone                            | none                         |
/// Who keeps something of each node, as a snapshot does, asks what has changed. Otherwise reading takes no lock, and costs next to nothing while
/// nobody is nominated. Thread-safe. Source: pkg/scheduler/backend/queue/nominator.go.
/// </remarks>
internal sealed class NominatedPods
{
    /// <summary>What who has seen nothing yet gives to <see cref="ChangedSince"/>.</summary>
    public const long SeenNone = -1;

    private const int MaxChanges = 1024;

    private readonly Lock _lock = new();     // guards writing and the changes; a leaf
    private readonly ConcurrentDictionary<string, ImmutableArray<PodInfo>> _byNode = [];
    private readonly ConcurrentDictionary<string, string> _nodes = [];     // by uid
    private readonly List<string> _changed = [];     // the nodes of the last changes, oldest first
    private long _dropped;     // how many changes came before the first of them
    private volatile bool _isAny;

    public bool IsEmpty => !_isAny;

    /// <summary>The pods expected on that node.</summary>
    public ImmutableArray<PodInfo> On(string node) => _isAny && _byNode.TryGetValue(node, out var pods) ? pods : [];

    /// <summary>The nodes whose pods have changed since this was last asked; null: some, and nobody knows any more which.</summary>
    public IReadOnlyList<string>? ChangedSince(ref long seen)
    {
        lock (_lock)
        {
            var from = seen - _dropped;
            seen = _dropped + _changed.Count;
            if (from < 0) return null;
            return from == _changed.Count ? [] : _changed.GetRange((int)from, _changed.Count - (int)from);
        }
    }

    /// <summary>The node on which room is being made for the pod; "" for none.</summary>
    public string NodeOf(string uid) => _isAny && _nodes.TryGetValue(uid, out var node) ? node : "";

    /// <summary>Room is being made for the pod on that node, and no longer on another; "" for nowhere. Says whether that frees room on another.</summary>
    public bool Nominate(PodInfo pod, string node)
    {
        if (node.Length == 0 && !_isAny) return false;
        lock (_lock) return NominateLocked(pod, node);
    }

    /// <summary>A pod without a node was heard of. Says whether that frees room.</summary>
    /// <param name="pod">As it is now.</param>
    /// <param name="before">The nomination in its status when it was last heard of; null at the first time.</param>
    public bool Hear(PodInfo pod, string? before)
    {
        var said = pod.Pod.Status?.NominatedNodeName ?? "";
        if (said.Length == 0 && !_isAny) return false;
        lock (_lock) return NominateLocked(pod, said == before ? NodeOf(pod.Uid) : said);
    }

    /// <summary>The pod has a node, or is gone. Says whether it was nominated.</summary>
    public bool Remove(string uid)
    {
        if (!_isAny) return false;
        lock (_lock) return RemoveLocked(uid);
    }

    private bool NominateLocked(PodInfo pod, string node)
    {
        var before = NodeOf(pod.Uid);
        RemoveLocked(pod.Uid);
        if (node.Length == 0) return before.Length > 0;
        _nodes[pod.Uid] = node;
        _byNode[node] = On(node).Add(pod);
        _isAny = true;
        ChangeLocked(node);
        return before.Length > 0 && before != node;
    }

    private bool RemoveLocked(string uid)
    {
        if (!_nodes.TryRemove(uid, out var node)) return false;
        var left = _byNode[node].RemoveAll(pod => pod.Uid == uid);
        if (left.IsEmpty) _byNode.TryRemove(node, out _);
        else _byNode[node] = left;
        _isAny = !_byNode.IsEmpty;
        ChangeLocked(node);
        return true;
    }

    private void ChangeLocked(string node)
    {
        if (_changed.Count == MaxChanges)
        {
            _dropped += MaxChanges;
            _changed.Clear();
        }
        _changed.Add(node);
    }
}
