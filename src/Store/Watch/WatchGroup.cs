using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>Synced watchers that want the same: what a batch holds for one of them it holds for all. Guarded by the hub's lock.</summary>
/// <param name="interest">What they want.</param>
internal sealed class WatchGroup(WatchInterest interest)
{
    private List<EncodedEvent> _selected = [];

    /// <summary>What they want.</summary>
    public WatchInterest Interest { get; } = interest;

    /// <summary>The watchers, in no order.</summary>
    public List<Watcher> Watchers { get; } = [];

    /// <summary>Keeps the event for <see cref="TakeSelected"/> if it is wanted.</summary>
    /// <returns>Whether it is the first of the batch in hand.</returns>
    public bool Select(StoredEvent stored)
    {
        if (Interest.Select(stored) is not { } wanted) return false;
        _selected.Add(wanted);
        return _selected.Count == 1;
    }

    /// <summary>What was selected since the last call, in order; shared by all who are given it, never changed.</summary>
    public IReadOnlyList<EncodedEvent> TakeSelected()
    {
        var selected = _selected;
        _selected = [];
        return selected;
    }
}
