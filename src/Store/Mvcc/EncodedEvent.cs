using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>An event as the bytes it takes in a watch response, made once for all who hear of it.</summary>
/// <param name="one">The event.</param>
internal sealed class EncodedEvent(Event one)
{
    /// <summary>The revision it belongs to.</summary>
    public long Revision { get; } = one.Kv.ModRevision;

    /// <summary>Its place among the fields of <c>etcdserverpb.WatchResponse</c>: tag, length, message.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = Encode(one);

    private static byte[] Encode(Event one)
    {
        var bytes = new byte[CodedOutputStream.ComputeTagSize(WatchResponse.EventsFieldNumber) + CodedOutputStream.ComputeMessageSize(one)];
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(WatchResponse.EventsFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteMessage(one);
        return bytes;
    }
}
