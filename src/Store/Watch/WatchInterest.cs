using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>What a watch wants to see, and how. Watches that want the same are matched against a change once.</summary>
/// <param name="Range">The keys; a request without a key watches from the smallest.</param>
/// <param name="PrevKv">Whether events carry what the key held before.</param>
/// <param name="WithoutPuts">Whether puts are filtered out.</param>
/// <param name="WithoutDeletes">Whether deletions are filtered out.</param>
internal sealed record WatchInterest(KeyRange Range, bool PrevKv, bool WithoutPuts, bool WithoutDeletes)
{
    /// <summary>The interest that a request names.</summary>
    public static WatchInterest Of(WatchCreateRequest request) => new(
        KeyRange.From(request.Key.IsEmpty ? WatchKeys.Smallest : request.Key, request.RangeEnd),
        request.PrevKv,
        request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput),
        request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete));

    /// <summary>The event as it is to be seen; null when it is not to be seen.</summary>
    public EncodedEvent? Select(StoredEvent stored) => Wants(stored.Version.Key, stored.Version.IsTombstone) ? stored.Encoded(PrevKv) : null;

    /// <summary>The old change as it is to be seen; null when it is not to be seen, and then nothing is read from disk.</summary>
    /// <inheritdoc cref="KeyHistory.At" path="/exception"/>
    public EncodedEvent? Select(MvccSnapshot snapshot, Change change)
    {
        if (!Wants(change.Key, change.IsTombstone)) return null;
        return (PrevKv ? snapshot.EventOf(change) : new StoredEvent(change.Version, previous: null)).Encoded(PrevKv);
    }

    private bool Wants(ByteString key, bool isDeletion) => !(isDeletion ? WithoutDeletes : WithoutPuts) && Range.Contains(key);
}
