using System.Buffers.Binary;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend;

/// <summary>One version of one key, tombstones included.</summary>
/// <param name="Id">Rises with the revision, and within one revision with the events: <see cref="FirstId"/>, the one after it, and so on.</param>
/// <param name="Previous">Id of the version this one replaced or deleted; 0 when the key did not exist. That row may be gone.</param>
/// <param name="Value">Key, revisions, version (0 for a tombstone), lease and value.</param>
internal readonly record struct BackendRow(long Id, long Previous, KeyValue Value)
{
    private const int BitsOfEvent = 22;

    /// <summary>Whether this is the mark of a deletion.</summary>
    public bool IsTombstone => Value.Version == 0;

    /// <summary>
    /// The least id that a row of the revision can have. It has a greater one only after revisions of more than four million events each.
    /// </summary>
    public static long FirstId(long revision) => revision << BitsOfEvent;

    /// <summary>The checksum over all of it.</summary>
    public uint Checksum()
    {
        Span<byte> numbers = stackalloc byte[7 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, Id);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], Previous);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], Value.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[24..], Value.ModRevision);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[32..], Value.Version);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[40..], Value.Lease);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[48..], Value.Key.Length);
        return Crc32C.Of(Value.Value.Span, Crc32C.Of(Value.Key.Span, Crc32C.Of(numbers)));
    }

    /// <summary>This row, when the checksum it was stored with fits.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public BackendRow Checked(uint stored) => Checksum() == stored ? this : throw new InvalidDataException($"row {Id} does not match its checksum");
}

/// <summary>What compaction needs to know of a row.</summary>
internal readonly record struct RowStub(long Id, long ModRevision, long Previous, bool IsTombstone);
