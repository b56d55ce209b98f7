using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>What a runtime holds, found by its id and by the pod it belongs to: most questions are about one pod of a node that has many.</summary>
/// <typeparam name="T">Sandboxes, or containers.</typeparam>
internal sealed class ByPod<T>(Func<T, string> id, Func<T, string> podUid)
    where T : class
{
    private readonly ConcurrentDictionary<string, T> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableArray<T>> _byPod = new(StringComparer.Ordinal);

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<T> All => _byId.Select(entry => entry.Value);

    public T? Find(string wanted) => _byId.GetValueOrDefault(wanted);

    /// <summary>A pod's, in the order in which they were added.</summary>
    public ImmutableArray<T> Of(string uid) => _byPod.GetValueOrDefault(uid, []);

    public void Add(T added)
    {
        _byId[id(added)] = added;
        _byPod.AddOrUpdate(podUid(added), [added], (_, before) => before.Add(added));
    }

    /// <summary>True for the one call that takes it out.</summary>
    public bool Remove(T removed)
    {
        if (!_byId.TryRemove(id(removed), out _)) return false;
        var left = _byPod.AddOrUpdate(podUid(removed), [], (_, before) => before.Remove(removed));
        // Only while it is still empty: another may have come meanwhile.
        if (left.IsEmpty) _byPod.TryRemove(KeyValuePair.Create(podUid(removed), left));
        return true;
    }
}
