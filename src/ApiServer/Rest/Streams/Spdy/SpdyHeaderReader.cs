using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>Reads the header blocks that one side of a connection sends: one zlib stream over all of them, flushed after each.</summary>
/// <remarks>
/// A preset dictionary means that the history begins with its bytes. .NET's inflater knows no such thing, but gets the same history when the
/// dictionary goes through it first, as an uncompressed block whose output is thrown away.
/// Bounded: <see cref="MaxHeaders"/> pairs and <see cref="MaxBytes"/> bytes a block, however well it compresses.
/// </remarks>
internal sealed class SpdyHeaderReader : IDisposable
{
    public const int MaxHeaders = 64;
    public const int MaxBytes = 16 << 10;
    private const int MaxUnread = 64;           // a flush leaves a few bytes that belong to no header

    private readonly FedStream _feed = new();
    private readonly DeflateStream _inflater;
    private bool _hasBegun;

    public SpdyHeaderReader() => _inflater = new DeflateStream(_feed, CompressionMode.Decompress);

    /// <summary>The block's headers.</summary>
    /// <exception cref="SpdyException">It is none, or too large.</exception>
    public Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        try
        {
            _feed.Add(_hasBegun ? block : Begin(block));
            var headers = ReadHeaders();
            return _feed.Length <= MaxUnread ? headers : throw new SpdyException("a header block holds more than its headers");
        }
        catch (Exception ex) when (ex is InvalidDataException or EndOfStreamException)
        {
            throw new SpdyException("a header block cannot be read", ex);
        }
    }

    public void Dispose() => _inflater.Dispose();

    private Dictionary<string, string> ReadHeaders()
    {
        var left = MaxBytes;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        var count = ReadNumber();
        if (count is < 0 or > MaxHeaders) throw new SpdyException($"{count} headers are too many");
        for (var i = 0; i < count; i++)
        {
            var name = ReadText(ref left);
            if (name.Length == 0 || !headers.TryAdd(name.ToLowerInvariant(), ReadText(ref left))) throw new SpdyException("a header has no name, or comes twice");
        }
        return headers;
    }

    private string ReadText(ref int left)
    {
        var length = ReadNumber();
        if (length < 0 || (left -= length) < 0) throw new SpdyException("the headers are too long");
        var bytes = new byte[length];
        _inflater.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private int ReadNumber()
    {
        Span<byte> bytes = stackalloc byte[4];
        _inflater.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    // The zlib header, of which only the dictionary matters; what follows is plain deflate.
    private ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> block)
    {
        const int HeaderLength = 2, IdLength = 4, HasDictionary = 0x20, Deflate = 8;
        if (block.Length < HeaderLength || (block[0] & 0x0F) != Deflate || ((block[0] << 8) | block[1]) % 31 != 0) throw new SpdyException("headers are not zlib");
        _hasBegun = true;
        if ((block[1] & HasDictionary) == 0) return block[HeaderLength..];

        if (block.Length < HeaderLength + IdLength || BinaryPrimitives.ReadUInt32BigEndian(block[HeaderLength..]) != SpdyDictionary.Id)
            throw new SpdyException("headers build on an unknown dictionary");
        _feed.Add(SpdyHeaderWriter.Stored(SpdyDictionary.Bytes));
        _inflater.ReadExactly(new byte[SpdyDictionary.Bytes.Length]);
        return block[(HeaderLength + IdLength)..];
    }

    /// <summary>What has been added and not yet read; its end is only the end for now.</summary>
    private sealed class FedStream : Stream
    {
        private byte[] _bytes = [];
        private int _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => _bytes.Length - _position;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Add(ReadOnlySpan<byte> bytes) => (_bytes, _position) = ([.. _bytes.AsSpan(_position), .. bytes], 0);

        public override int Read(Span<byte> buffer)
        {
            var count = int.Min(buffer.Length, _bytes.Length - _position);
            _bytes.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
