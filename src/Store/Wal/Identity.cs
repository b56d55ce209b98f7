using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MiniK8s.Store.Wal;

/// <summary>Who this store is to etcd clients: chosen at random at its first start, kept with its data.</summary>
/// <param name="ClusterId">Tells one store's data from another's.</param>
/// <param name="MemberId">The one member.</param>
internal sealed record Identity(ulong ClusterId, ulong MemberId)
{
    /// <summary>Reads the identity of the data in the directory, or gives them one.</summary>
    /// <exception cref="InvalidDataException">The file is not as it was written.</exception>
    public static Identity Of(DataDirectory directory)
    {
        var file = Path.Combine(directory.Path, "identity");
        if (File.Exists(file)) return Parse(file, File.ReadAllText(file));

        var identity = New();
        using (var output = new FileStream(file + ".tmp", FileMode.Create, FileAccess.Write))
        {
            output.Write(Encoding.ASCII.GetBytes(identity.ToText()));
            output.Flush(flushToDisk: true);
        }
        File.Move(file + ".tmp", file);
        directory.Sync();
        return identity;
    }

    // Names, no secrets: the cryptographic generator would keep 5 MiB of libraries in memory for these two numbers.
    private static Identity New()
    {
        var random = new Random();
        return new Identity((ulong)random.NextInt64(1, long.MaxValue), (ulong)random.NextInt64(1, long.MaxValue));
    }

    private static Identity Parse(string file, string text)
    {
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 3
            && ulong.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var cluster)
            && ulong.TryParse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var member)
            && uint.TryParse(parts[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var checksum)
            && new Identity(cluster, member) is var identity && identity.Checksum() == checksum)
        {
            return identity;
        }
        throw new InvalidDataException($"{file} is damaged. It holds two numbers that only name this store, and their checksum; removing it is safe.");
    }

    private string ToText() => string.Create(CultureInfo.InvariantCulture, $"{ClusterId:x16} {MemberId:x16} {Checksum():x8}\n");

    private uint Checksum()
    {
        Span<byte> numbers = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(numbers, ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[8..], MemberId);
        return Crc32C.Of(numbers);
    }
}
