using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Store.Wal;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Our store's HashKV, counted from the log: CRC-32C over the word "key" and each version that can be read, key by key, oldest first.</summary>
/// <remarks>
/// <code>
/// key length u32, key, mod i64, create i64, version i64, lease i64, value length u32, value      all little-endian
/// </code>
/// That is each key's newest version at the compact revision, if it is no deletion, and everything after it.
/// </remarks>
internal sealed class StoreHashRecount(IReadOnlyList<LogLine> log) : IHashRecount
{
    private readonly SortedDictionary<ByteString, List<KeyValue>> _byKey = ByKey(log);

    /// <inheritdoc />
    public uint Of(long revision, long compacted)
    {
        var crc = Crc32C.Of("key"u8);
        foreach (var versions in _byKey.Values)
        {
            var first = versions.FindLastIndex(version => version.ModRevision <= compacted);
            if (first < 0 || versions[first].Version == 0) first++;
            foreach (var version in versions.Skip(first).TakeWhile(version => version.ModRevision <= revision)) crc = Add(crc, version);
        }
        return crc;
    }

    private static SortedDictionary<ByteString, List<KeyValue>> ByKey(IReadOnlyList<LogLine> log)
    {
        var byKey = new SortedDictionary<ByteString, List<KeyValue>>(Comparer<ByteString>.Create((a, b) => a.Span.SequenceCompareTo(b.Span)));
        foreach (var change in log.OfType<LogRevisionLine>().SelectMany(line => line.Changes))
        {
            if (!byKey.TryGetValue(change.Key, out var versions)) byKey.Add(change.Key, versions = []);
            versions.Add(change);
        }
        return byKey;
    }

    private static uint Add(uint crc, KeyValue version)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(version.Key.Length);
        writer.Write(version.Key.Span);
        writer.Write(version.ModRevision);
        writer.Write(version.CreateRevision);
        writer.Write(version.Version);
        writer.Write(version.Lease);
        writer.Write(version.Value.Length);
        writer.Write(version.Value.Span);
        return Crc32C.Of(bytes.ToArray(), crc);
    }
}
