using System.Buffers.Binary;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Store.Wal;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>etcd's HashKV, counted from the log: CRC-32C of the bucket's name, then of each kept version in order of its revision.</summary>
/// <remarks>
/// <code>
/// "key", then for each version:  main revision (8 bytes, big-endian)  '_'  sub revision (8)  ['t' if a deletion]  mvccpb.KeyValue
/// </code>
/// Counted are versions after the compact revision up to the one asked for, and of the older ones those that are still their key's
/// newest at the revision asked for, unless that is a deletion.
/// </remarks>
internal sealed class EtcdHashRecount(IReadOnlyList<LogLine> log) : IHashRecount
{
    private readonly List<LogRevisionLine> _revisions = [.. log.OfType<LogRevisionLine>()];

    /// <inheritdoc />
    public uint Of(long revision, long compacted)
    {
        var newest = new Dictionary<ByteString, long>();
        foreach (var line in _revisions.TakeWhile(line => line.Revision <= revision))
        {
            foreach (var change in line.Changes) newest[change.Key] = line.Revision;
        }
        var crc = Crc32C.Of("key"u8);
        foreach (var line in _revisions.TakeWhile(line => line.Revision <= revision))
        {
            for (var sub = 0; sub < line.Changes.Count; sub++)
            {
                var change = line.Changes[sub];
                var isKept = line.Revision > compacted || (change.Version != 0 && newest[change.Key] == line.Revision);
                if (isKept) crc = Add(crc, line.Revision, sub, change);
            }
        }
        return crc;
    }

    private static uint Add(uint crc, long revision, long sub, KeyValue change)
    {
        Span<byte> key = stackalloc byte[18];
        BinaryPrimitives.WriteInt64BigEndian(key, revision);
        key[8] = (byte)'_';
        BinaryPrimitives.WriteInt64BigEndian(key[9..], sub);
        key[17] = (byte)'t';
        var isDeletion = change.Version == 0;
        // A deletion is kept as the bare key.
        var value = isDeletion ? new KeyValue { Key = change.Key } : change;
        return Crc32C.Of(value.ToByteArray(), Crc32C.Of(isDeletion ? key : key[..17], crc));
    }
}
