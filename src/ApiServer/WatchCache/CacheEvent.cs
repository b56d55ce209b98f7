using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>One change of one object, as every watcher of the kind gets to see it.</summary>
/// <remarks>
/// selected before | selected after | the watcher sees
/// ----------------+----------------+--------------------------------------------------
/// no              | yes            | ADDED with the new state
/// yes             | yes            | MODIFIED with the new state
/// yes             | no             | DELETED with the old state and the new resourceVersion
/// no              | no             | nothing
/// </remarks>
internal sealed class CacheEvent(long revision, CachedObject? before, CachedObject? after)
{
    private WatchChange? _added, _modified, _deleted;

    /// <summary>The store's revision of the change.</summary>
    public long Revision { get; } = revision;

    /// <summary>The state before, null for a create.</summary>
    public CachedObject? Before { get; } = before;

    /// <summary>The state after, null for a delete.</summary>
    public CachedObject? After { get; } = after;

    /// <summary>The change through a selection; null when it does not show there. Shared by the watchers that see the same.</summary>
    public WatchChange? Through(Selection selection) =>
        (Before is not null && selection.Includes(Before), After is not null && selection.Includes(After)) switch
        {
            (false, true) => Once(ref _added, WatchEventType.Added, After!.Object),
            (true, true) => Once(ref _modified, WatchEventType.Modified, After!.Object),
            (true, false) => _deleted ?? Once(ref _deleted, WatchEventType.Deleted, LastState()),
            (false, false) => null,
        };

    private static WatchChange Once(ref WatchChange? slot, WatchEventType type, IApiObject obj) =>
        slot ?? Interlocked.CompareExchange(ref slot, new WatchChange(type, obj), null) ?? slot;

    private IApiObject LastState()
    {
        var last = Before!.Object.Copy();
        last.Metadata.ResourceVersion = ResourceVersions.Format(Revision);
        return last;
    }
}
