using System.Buffers.Binary;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Maintenance;

/// <summary>Checksums (CRC-32C) of what a snapshot holds; the same bytes in the same order after every restart, trim and defragmentation.</summary>
/// <remarks>
/// The values differ from a real etcd's, whose checksum covers its own file format. Two stores of ours with the same
/// writes and the same compact revision agree. Each version goes in as
/// <code>
/// key length u32, key, mod i64, create i64, version i64, lease i64, value length u32, value      all little-endian
/// </code>
/// a deletion as a version with zeros after its mod revision.
/// </remarks>
internal static class StoreHash
{
    private static readonly KeyRange All = KeyRange.From(ByteString.CopyFrom(0), ByteString.CopyFrom(0));

    /// <summary>Of every version that can be read from the compact revision up to this one, in key order, oldest first.</summary>
    public static uint OfHistory(MvccSnapshot snapshot, long revision)
    {
        var hash = Crc32C.Of("key"u8);       // so that nothing at all is not 0
        snapshot.Tree.Visit(All, history =>
        {
            foreach (var version in history.Between(snapshot.CompactRevision, revision)) hash = With(hash, version.Read());
            return true;
        });
        return hash;
    }

    /// <summary>Of the whole history and of the raised alarms.</summary>
    public static uint OfEverything(MvccSnapshot snapshot)
    {
        var hash = OfHistory(snapshot, snapshot.Revision);
        foreach (var alarm in snapshot.Alarms) hash = Crc32C.Of([(byte)alarm], hash);
        return hash;
    }

    private static uint With(uint hash, KeyValue version)
    {
        Span<byte> numbers = stackalloc byte[(4 * sizeof(long)) + sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, version.Key.Length);
        hash = Crc32C.Of(version.Key.Span, Crc32C.Of(numbers[..sizeof(int)], hash));

        BinaryPrimitives.WriteInt64LittleEndian(numbers, version.ModRevision);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], version.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], version.Version);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[24..], version.Lease);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[32..], version.Value.Length);
        return Crc32C.Of(version.Value.Span, Crc32C.Of(numbers, hash));
    }
}
