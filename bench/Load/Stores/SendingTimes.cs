using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>A watch response of which only what is measured is read: the first eight bytes of each event's value, the moment at which it was sent.</summary>
/// <remarks>200 watchers hear of 200,000 events a second. Made into objects, they would keep the client collecting garbage, and its pauses would be measured.</remarks>
internal static class SendingTimes
{
    private const int Events = 11;      // of WatchResponse
    private const int Kv = 2;           // of mvccpb.Event
    private const int Value = 5;        // of mvccpb.KeyValue

    /// <summary>The Watch call, its responses read so.</summary>
    public static Method<WatchRequest, List<long>> Watch { get; } = new(
        MethodType.DuplexStreaming,
        "etcdserverpb.Watch",
        "Watch",
        Marshallers.Create(MessageExtensions.ToByteArray, WatchRequest.Parser.ParseFrom),
        Marshallers.Create(_ => [], Read));

    private static List<long> Read(byte[] response)
    {
        var times = new List<long>(1);
        foreach (var change in new Fields(response, Events))
        {
            foreach (var kv in new Fields(change, Kv))
            {
                foreach (var value in new Fields(kv, Value)) times.Add(BitConverter.ToInt64(value));
            }
        }
        return times;
    }

    /// <summary>The fields of one number in a message, each a span of bytes.</summary>
    private ref struct Fields(ReadOnlySpan<byte> message, int number)
    {
        private ReadOnlySpan<byte> _rest = message;

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly Fields GetEnumerator() => this;

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
