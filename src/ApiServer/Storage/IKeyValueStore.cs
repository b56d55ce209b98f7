using Google.Protobuf;

namespace MiniK8s.ApiServer.Storage;

/// <summary>The four things the apiserver asks of an etcd-like store.</summary>
/// <remarks>
/// Failures are <see cref="MiniK8s.Api.Errors.ApiException"/>s with 503 (not reached), 504 (no answer in time) or 500, except
/// <see cref="CompactedException"/>. A write that ended with 503 or 504 may have happened all the same.
/// </remarks>
internal interface IKeyValueStore
{
    /// <summary>Reads keys in order. Without a revision the answer is the newest, agreed by a quorum.</summary>
    Task<RangePage> RangeAsync(StoreRange range, CancellationToken ct);

    /// <summary>Writes unless the key changed since <paramref name="modRevision"/>; 0 means it must not exist.</summary>
    /// <param name="lease">The store's lease that ends the key's life, or 0.</param>
    /// <param name="claims">Names to take or give back in the same step, or the write fails.</param>
    Task<WriteOutcome> PutIfUnchangedAsync(
        string key, long modRevision, ByteString value, long lease, ClaimChanges claims, CancellationToken ct);

    /// <summary>Deletes unless the key changed since <paramref name="modRevision"/>.</summary>
    /// <param name="claims">Names to give back in the same step.</param>
    Task<WriteOutcome> DeleteIfUnchangedAsync(string key, long modRevision, ClaimChanges claims, CancellationToken ct);

    /// <summary>Follows every key from a revision on, each change once and in order. Ends by an exception, never quietly.</summary>
    /// <remarks>Every revision of the store is seen, so the last one seen is how far the reader is.</remarks>
    IAsyncEnumerable<StoreEvents> WatchAllAsync(long fromRevision, CancellationToken ct);

    /// <summary>Grants a lease that lives for the given time and is not kept alive.</summary>
    Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct);

    /// <summary>Forgets the history before a revision; harmless when that has been done already.</summary>
    Task CompactAsync(long revision, CancellationToken ct);
}
