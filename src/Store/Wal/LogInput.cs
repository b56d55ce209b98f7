using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>A cursor over the bytes that <see cref="LogCodec"/> wrote. Running past the end is an <see cref="InvalidDataException"/>.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="inPlace">Whether keys and values may be these bytes, not copies of them.</param>
internal sealed class LogInput(ReadOnlyMemory<byte> bytes, bool inPlace = false)
{
    private const int LengthDelimited = 2;
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

    /// <summary>
    /// A count, then so many versions as events, whose home is the segment in which the bytes begin at <paramref name="start"/>; null for none.
    /// Who was there before is worked out on replay, so it is not kept.
    /// </summary>
    public StoredEvent[] ReadEvents(IVersionHome? home, long start)
    {
        var count = ReadNumber();
        if (count < 0 || count > bytes.Length - _position) throw new InvalidDataException("an entry has fewer values than it says");
        var events = new StoredEvent[count];
        for (var i = 0; i < count; i++)
        {
            var message = ReadMessage();
            var version = new KeyVersion(inPlace ? ReadFields(message) : KeyValue.Parser.ParseFrom(message.Span));
            if (home is not null) version.SetHome(home, new VersionPlace((int)(start + _position - message.Length), message.Length, Crc32C.Of(message.Span)));
            events[i] = new StoredEvent(version, previous: null);
        }
        return events;
    }

    private KeyValue ReadValue() => KeyValue.Parser.ParseFrom(ReadMessage().Span);

    private ReadOnlyMemory<byte> ReadMessage()
    {
        var length = ReadNumber();
        if (length < 0 || length > bytes.Length - _position) throw new InvalidDataException("a value ends too soon");
        _position += (int)length;
        return bytes.Slice(_position - (int)length, (int)length);
    }

    // The generated parser copies what it reads; the settler hands all of it on at once. A tag: the field's number times eight, and its wire type.
    private static KeyValue ReadFields(ReadOnlyMemory<byte> message)
    {
        var (value, input) = (new KeyValue(), new LogInput(message, inPlace: true));
        while (!input.IsAtEnd)
        {
            switch (input.ReadNumber())
            {
                case (KeyValue.KeyFieldNumber << 3) | LengthDelimited:
                    value.Key = UnsafeByteOperations.UnsafeWrap(input.ReadMessage());
                    break;
                case KeyValue.CreateRevisionFieldNumber << 3:
                    value.CreateRevision = input.ReadNumber();
                    break;
                case KeyValue.ModRevisionFieldNumber << 3:
                    value.ModRevision = input.ReadNumber();
                    break;
                case KeyValue.VersionFieldNumber << 3:
                    value.Version = input.ReadNumber();
                    break;
                case (KeyValue.ValueFieldNumber << 3) | LengthDelimited:
                    value.Value = UnsafeByteOperations.UnsafeWrap(input.ReadMessage());
                    break;
                case KeyValue.LeaseFieldNumber << 3:
                    value.Lease = input.ReadNumber();
                    break;
                case var tag:
                    throw new InvalidDataException($"a value has a field of tag {tag}: was this written by a later version?");
            }
        }
        return value;
    }
}
