using System.Buffers.Binary;

using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend;

/// <summary>Something durable that is not a key.</summary>
/// <param name="Kind">A lease or a raised alarm.</param>
/// <param name="Id">The lease's id, or the alarm's number in etcd's API.</param>
/// <param name="Number">The lease's TTL in seconds; 0 for an alarm.</param>
internal readonly record struct BackendItem(BackendItemKind Kind, long Id, long Number)
{
    /// <summary>The checksum over all of it.</summary>
    public uint Checksum()
    {
        Span<byte> numbers = stackalloc byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, (long)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], Id);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], Number);
        return Crc32C.Of(numbers);
    }

    /// <summary>This item, when the checksum it was stored with fits.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public BackendItem Checked(uint stored) => Checksum() == stored ? this : throw new InvalidDataException($"{Kind} {Id} does not match its checksum");
}

/// <summary>The kinds of <see cref="BackendItem"/>.</summary>
internal enum BackendItemKind
{
    /// <summary>A lease.</summary>
    Lease = 1,

    /// <summary>A raised alarm.</summary>
    Alarm = 2,
}
