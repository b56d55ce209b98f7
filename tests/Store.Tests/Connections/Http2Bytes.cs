using System.Buffers;
using System.Text;

namespace MiniK8s.Store.Tests.Connections;

/// <summary>A connection's bytes as an HTTP/2 client sends them, good or bad.</summary>
internal static class Http2Bytes
{
    public const byte Data = 0, HeadersType = 1, Reset = 3, SettingsType = 4, PingType = 6, GoAway = 7, ContinuationType = 9;
    public const byte EndStream = 1, EndHeaders = 4, Padded = 8, Priority = 32;

    /// <summary>POST / by plain HTTP, without an authority.</summary>
    public static readonly byte[] Post = [0x83, 0x86, 0x84];

    private static readonly Dictionary<char, string> _huffman = new()
    {
        ['/'] = "011000", [':'] = "1011100", ['.'] = "010111", ['-'] = "010110", ['0'] = "00000", ['1'] = "00001", ['2'] = "00010",
        ['3'] = "011001", ['7'] = "011101", ['9'] = "011111", ['h'] = "100111", ['t'] = "01001", ['p'] = "101011", ['x'] = "1111001",
    };

    public static byte[] Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    public static byte[] Settings => Frame(SettingsType, 0, 0, []);

    public static byte[] Ping => Frame(PingType, 0, 0, new byte[8]);

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload, int? length = null)
    {
        var size = length ?? payload.Length;
        return [(byte)(size >> 16), (byte)(size >> 8), (byte)size, type, flags, 0, 0, 0, (byte)stream, .. payload];
    }

    /// <summary>A request's only frame.</summary>
    public static byte[] Headers(byte[] block, byte flags = EndHeaders | EndStream) => Frame(HeadersType, flags, 1, block);

    /// <summary>:authority as a literal of the given kind: 0x40 to be indexed, 0 not, 0x10 never.</summary>
    public static byte[] Authority(string host, byte kind = 0x40) => [(byte)(kind | 1), .. Text(host)];

    public static byte[] HuffmanAuthority(string host)
    {
        var bits = string.Concat(host.Select(letter => _huffman[letter]));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        var bytes = bits.Chunk(8).Select(eight => Convert.ToByte(new string(eight), 2)).ToArray();
        return [0x41, (byte)(0x80 | bytes.Length), .. bytes];
    }

    /// <summary>A field whose name is a literal too.</summary>
    public static byte[] Field(string name, string value) => [0x40, .. Text(name), .. Text(value)];

    public static byte[] Text(string text) => text.Length < 127
        ? [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]
        : [127, (byte)(0x80 | ((text.Length - 127) & 0x7f)), (byte)((text.Length - 127) >> 7), .. Encoding.ASCII.GetBytes(text)];

    /// <summary>The bytes in pieces that end at the cuts.</summary>
    public static ReadOnlySequence<byte> InPieces(byte[] bytes, params int[] cuts)
    {
        var first = new Piece(bytes[..cuts[0]], 0);
        var last = first;
        for (var i = 0; i < cuts.Length; i++) last = last.Before(bytes[cuts[i]..(i + 1 < cuts.Length ? cuts[i + 1] : bytes.Length)]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, long start) => (Memory, RunningIndex) = (bytes, start);

        public Piece Before(byte[] bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
