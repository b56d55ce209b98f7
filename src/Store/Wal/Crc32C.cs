using System.Buffers.Binary;
using System.Numerics;

namespace MiniK8s.Store.Wal;

/// <summary>The CRC-32C (Castagnoli) checksum, which processors compute in hardware.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of the bytes; <paramref name="seed"/> chains it to what came before.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
