using System.Buffers;
using System.Runtime.InteropServices;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Finds the first HEADERS frame of an HTTP/2 connection and takes the "://" out of its <c>:authority</c>, in place.</summary>
/// <remarks>
/// <code>
/// connection   24 bytes of preface, then frames: length u24, type u8, flags u8, stream u32, payload     (RFC 9113)
/// HEADERS      type 1: pad length u8 if flag 8, priority 5 bytes if flag 32, then the header block
/// block        1xxxxxxx indexed   01xxxxxx, 0000xxxx, 0001xxxx literal   001xxxxx table size             (RFC 7541)
/// authority    a literal whose name has index 1, then its length, whose top bit says "Huffman", then its bytes
///
/// "http://"  in Huffman's bits   10011101 00101001 10101110 11100011 00001100 0
/// "httpx--"  likewise            10011101 00101001 10101111 11001010 11001011 0
/// </code>
/// Bytes that are none of this are passed on: Kestrel knows best how to refuse them.
/// </remarks>
internal sealed class FirstRequest
{
    private const int PrefaceSize = 24;
    private const int FrameHeaderSize = 9;
    private const int LargestFrame = 16 * 1024;
    private const byte Headers = 1;
    private const byte Padded = 8;
    private const byte Prioritized = 32;
    private const int AuthorityIndex = 1;
    private bool _sawPreface;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Whether there is nothing left to look for.</summary>
    public bool IsOver { get; set; }

    /// <summary>Looks through the frames that are whole, and answers how many bytes these are.</summary>
    public long Look(ReadOnlySequence<byte> bytes)
    {
        var rest = bytes;
        if (!_sawPreface)
        {
            if (rest.Length < PrefaceSize) return 0;
            IsOver = !rest.Slice(0, PrefaceSize).ToArray().AsSpan().SequenceEqual(Preface);
            (_sawPreface, rest) = (true, rest.Slice(PrefaceSize));
        }
        while (!IsOver && rest.Length >= FrameHeaderSize)
        {
            var header = rest.Slice(0, FrameHeaderSize).ToArray();
            var length = (header[0] << 16) | (header[1] << 8) | header[2];
            IsOver = length > LargestFrame || header[3] == Headers;
            if (length > LargestFrame) break;
            if (rest.Length < FrameHeaderSize + length)
            {
                IsOver = false;
                break;
            }
            if (IsOver) Correct(rest.Slice(FrameHeaderSize, length), flags: header[4]);
            rest = rest.Slice(FrameHeaderSize + length);
        }
        return bytes.Length - rest.Length;
    }

    private static void Correct(ReadOnlySequence<byte> payload, byte flags)
    {
        ReadOnlySpan<byte> bytes = payload.ToArray();
        var isPadded = (flags & Padded) != 0 && bytes.Length > 0;
        var start = (isPadded ? 1 : 0) + ((flags & Prioritized) != 0 ? 5 : 0);
        var end = bytes.Length - (isPadded ? bytes[0] : 0);
        if (start >= end || FindAuthority(bytes[..end], start) is not ({ } offset, { } mark)) return;
        foreach (var one in mark) Write(payload, offset++, one);
    }

    // Where bytes must be replaced, and by which; the whole block is walked, since fields come in any order.
    private static (int Offset, byte[] Bytes)? FindAuthority(ReadOnlySpan<byte> block, int position)
    {
        while (position < block.Length)
        {
            var first = block[position];
            if (first >= 0x80 || (first & 0xe0) == 0x20)
            {
                if (ReadNumber(block, ref position, first >= 0x80 ? 7 : 5) < 0) return null;
                continue;
            }
            var name = ReadNumber(block, ref position, (first & 0x40) != 0 ? 6 : 4);
            if (name < 0 || (name == 0 && !SkipText(block, ref position))) return null;
            var value = position;
            if (!SkipText(block, ref position)) return null;
            if (name == AuthorityIndex) return Replacement(block[..position], value);
        }
        return null;
    }

    // The block ends where the value does.
    private static (int Offset, byte[] Bytes)? Replacement(ReadOnlySpan<byte> block, int position)
    {
        var isHuffman = block[position] >= 0x80;
        _ = ReadNumber(block, ref position, 7);
        var text = block[position..];
        if (!isHuffman) return text.StartsWith("http://"u8) ? (position + 4, "x--"u8.ToArray()) : null;
        ReadOnlySpan<byte> scheme = [0x9d, 0x29, 0xae, 0xe3, 0x0c];
        return text.StartsWith(scheme) && text.Length > scheme.Length && text[scheme.Length] < 0x80 ? (position + 2, [0xaf, 0xca, 0xcb]) : null;
    }

    private static bool SkipText(ReadOnlySpan<byte> block, ref int position)
    {
        var length = ReadNumber(block, ref position, 7);
        if (length < 0 || length > block.Length - position) return false;
        position += length;
        return true;
    }

    // HPACK's integer with a prefix of so many bits; -1 when it runs past the end or is absurd.
    private static int ReadNumber(ReadOnlySpan<byte> block, ref int position, int bits)
    {
        if (position >= block.Length) return -1;
        var limit = (1 << bits) - 1;
        var number = block[position++] & limit;
        if (number < limit) return number;
        for (var shift = 0; shift <= 14 && position < block.Length; shift += 7)
        {
            var next = block[position++];
            number += (next & 0x7f) << shift;
            if (next < 0x80) return number;
        }
        return -1;
    }

    // The pipe's memory is this connection's alone until it is advanced past.
    private static void Write(ReadOnlySequence<byte> payload, int offset, byte value) =>
        MemoryMarshal.AsMemory(payload.Slice(offset, 1).First).Span[0] = value;
}
