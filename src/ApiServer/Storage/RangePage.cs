using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.Storage;

/// <summary>A part of the key space.</summary>
/// <param name="Items">In key order.</param>
/// <param name="HasMore">The limit cut the range.</param>
/// <param name="Count">Keys in the whole range, the limit aside.</param>
/// <param name="Revision">The store's revision at the time of the read (also for reads of an older one).</param>
/// <param name="ClusterId">Which store answered; another id is another store.</param>
internal sealed record RangePage(IReadOnlyList<KeyValue> Items, bool HasMore, long Count, long Revision, ulong ClusterId);
