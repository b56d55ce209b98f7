using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>A cursor over the bytes that <see cref="LogCodec"/> wrote. Running past the end is an <see cref="InvalidDataException"/>.</summary>
internal sealed class LogInput(ReadOnlyMemory<byte> bytes)
{
    private int _position;

    /// <summary>Whether everything was read.</summary>
    public bool IsAtEnd => _position == bytes.Length;

    /// <summary>The next byte.</summary>
    public byte ReadByte() => _position < bytes.Length ? bytes.Span[_position++] : throw new InvalidDataException("an entry ends too soon");

    /// <summary>The next varint.</summary>
    public long ReadNumber()
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return (long)number;
        }
        throw new InvalidDataException("a number is too long");
    }

    /// <summary>A count, then so many values.</summary>
    public List<KeyValue> ReadValues()
    {
        var count = ReadNumber();
        var values = new List<KeyValue>();
        for (var i = 0L; i < count; i++) values.Add(ReadValue());
        return values;
    }

    /// <summary>A count, then so many versions, whose home is the segment in which the bytes begin at <paramref name="start"/>; null for none.</summary>
    public List<KeyVersion> ReadVersions(IVersionHome? home, long start)
    {
        var count = ReadNumber();
        var versions = new List<KeyVersion>();
        for (var i = 0L; i < count; i++)
        {
            var message = ReadMessage();
            var version = new KeyVersion(KeyValue.Parser.ParseFrom(message));
            if (home is not null) version.SetHome(home, new VersionPlace((int)(start + _position - message.Length), message.Length, Crc32C.Of(message)));
            versions.Add(version);
        }
        return versions;
    }

    private KeyValue ReadValue() => KeyValue.Parser.ParseFrom(ReadMessage());

    private ReadOnlySpan<byte> ReadMessage()
    {
        var length = ReadNumber();
        if (length < 0 || length > bytes.Length - _position) throw new InvalidDataException("a value ends too soon");
        _position += (int)length;
        return bytes.Span.Slice(_position - (int)length, (int)length);
    }
}
