using System.Buffers.Binary;

namespace MiniK8s.Store.Wal;

/// <summary>The envelope of everything in the log: length, checksum of the payload, checksum of the header, payload, zeroes up to a multiple of 16.</summary>
/// <remarks>
/// <code>
/// offset  0            4               8                               12                    next frame
///         length u32   payload crc32c  crc32c of the 8 bytes before    payload ...   0 0 0   |                all little-endian
/// </code>
/// The header's checksum is seeded with the frame's place in the file, so a frame found elsewhere is not one, and a
/// damaged length cannot pass for a frame that runs past the end of the file. A header lies in one sector of the disk:
/// it is there wholly or not at all.
/// </remarks>
internal static class Frame
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderSize = 12;

    /// <summary>Frames start at multiples of this.</summary>
    public const int Alignment = 16;

    /// <summary>Bytes a frame takes in the file.</summary>
    public static int SizeOf(int payloadLength) => (HeaderSize + payloadLength + Alignment - 1) / Alignment * Alignment;

    /// <summary>Fills the header for a payload that will stand at <paramref name="offset"/> + <see cref="HeaderSize"/>.</summary>
    public static void WriteHeader(Span<byte> header, long offset, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C.Of(payload));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], HeaderChecksum(header, offset));
    }

    /// <summary>The payload's length, when the bytes are the header of a frame at this offset.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> header, long offset, out int length)
    {
        length = 0;
        if (header.Length < HeaderSize) return false;
        length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length > 0 && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == HeaderChecksum(header, offset);
    }

    /// <summary>Whether the payload is the one the header was made for.</summary>
    public static bool Matches(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == Crc32C.Of(payload);

    private static uint HeaderChecksum(ReadOnlySpan<byte> header, long offset)
    {
        Span<byte> seed = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(seed, offset);
        return Crc32C.Of(header[..8], Crc32C.Of(seed));
    }
}
