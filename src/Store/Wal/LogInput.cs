using MiniK8s.Protocol.Etcd;

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

    private KeyValue ReadValue()
    {
        var length = ReadNumber();
        if (length < 0 || length > bytes.Length - _position) throw new InvalidDataException("a value ends too soon");
        var value = KeyValue.Parser.ParseFrom(bytes.Span.Slice(_position, (int)length));
        _position += (int)length;
        return value;
    }
}
