namespace MiniK8s.Load.Stores;

/// <summary>A watch response of which only what is measured is read: the first eight bytes of each event's value, the moment at which it was sent.</summary>
/// <param name="response">An encoded <c>etcdserverpb.WatchResponse</c>.</param>
internal ref struct SendingTimes(ReadOnlySpan<byte> response)
{
    private const int Events = 11;      // of WatchResponse
    private const int Kv = 2;           // of mvccpb.Event
    private const int Value = 5;        // of mvccpb.KeyValue
    private Fields _events = new(response, Events);

    /// <summary>When the event was sent, in ticks of the stopwatch.</summary>
    public readonly long Current => BitConverter.ToInt64(Only(Only(_events.Current, Kv), Value));

    public readonly SendingTimes GetEnumerator() => this;

    public bool MoveNext() => _events.MoveNext();

    private static ReadOnlySpan<byte> Only(ReadOnlySpan<byte> message, int number)
    {
        var fields = new Fields(message, number);
        return fields.MoveNext() ? fields.Current : throw new InvalidDataException($"A watched event has no field {number}.");
    }

    /// <summary>The fields of one number in a message, each a span of bytes.</summary>
    private ref struct Fields(ReadOnlySpan<byte> message, int number)
    {
        private ReadOnlySpan<byte> _rest = message;

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            while (_rest.Length > 0)
            {
                var tag = ReadNumber();
                if ((tag & 7) == 0)
                {
                    ReadNumber();
                    continue;
                }
                if ((tag & 7) != 2) throw new InvalidDataException("A field of a watch response is neither a number nor bytes.");
                var length = (int)ReadNumber();
                Current = _rest[..length];
                _rest = _rest[length..];
                if (tag >> 3 == (ulong)number) return true;
            }
            return false;
        }

        private ulong ReadNumber()
        {
            var (number, shift, at) = (0UL, 0, 0);
            for (; _rest[at] >= 0x80; shift += 7) number |= (ulong)(_rest[at++] & 0x7F) << shift;
            number |= (ulong)_rest[at++] << shift;
            _rest = _rest[at..];
            return number;
        }
    }
}
