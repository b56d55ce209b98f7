using Google.Protobuf;

using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Services;

/// <summary>A watch event as the bytes of its message (type 1, object 2), made once for all gRPC watchers.</summary>
internal sealed record EncodedEvent(ReadOnlyMemory<byte> Bytes)
{
    private const int TypeField = 1;
    private const int ObjectField = 2;

    private static readonly object Encoding = new();

    /// <summary>The event of a change.</summary>
    public static EncodedEvent Of(WatchChange change) =>
        new(change.GetOrAddEncoding(Encoding, obj =>
        {
            var size = obj.CalculateSize();
            var tags = CodedOutputStream.ComputeTagSize(TypeField) + CodedOutputStream.ComputeTagSize(ObjectField);
            var bytes = new byte[tags + CodedOutputStream.ComputeEnumSize((int)change.Type) + CodedOutputStream.ComputeLengthSize(size) + size];
            var output = new CodedOutputStream(bytes);
            output.WriteTag(TypeField, WireFormat.WireType.Varint);
            output.WriteEnum((int)change.Type);
            output.WriteTag(ObjectField, WireFormat.WireType.LengthDelimited);
            output.WriteMessage(obj);
            output.CheckNoSpaceLeft();
            return bytes;
        }));
}
