using System.Buffers.Binary;
using System.Text;

namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>Writes header blocks as one zlib stream. Ours hold next to nothing, so nothing is compressed: every block is a stored one.</summary>
internal sealed class SpdyHeaderWriter
{
    private static readonly byte[] ZlibHeader = [0x78, 0x01];

    // Readers hand out what came before only when they meet this empty block: a zlib flush.
    private static readonly byte[] Flush = Stored([]);

    private bool _hasBegun;

    /// <summary>The block with these headers; blocks must be sent in the order in which they were made.</summary>
    public byte[] Write(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var plain = new List<byte>();
        Add(plain, headers.Count);
        foreach (var (name, value) in headers)
        {
            Add(plain, name);
            Add(plain, value);
        }
        byte[] begin = _hasBegun ? [] : ZlibHeader;
        _hasBegun = true;
        return [.. begin, .. Stored([.. plain]), .. Flush];
    }

    /// <summary>A deflate block that holds the bytes, at most 65,535 of them, as they are; not the last one.</summary>
    internal static byte[] Stored(byte[] bytes)
    {
        var head = new byte[5];
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(1), checked((ushort)bytes.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(3), (ushort)~bytes.Length);
        return [.. head, .. bytes];
    }

    private static void Add(List<byte> plain, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add(plain, bytes.Length);
        plain.AddRange(bytes);
    }

    private static void Add(List<byte> plain, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        plain.AddRange(bytes);
    }
}
