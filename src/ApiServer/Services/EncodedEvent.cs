using System.Buffers.Binary;

using Google.Protobuf;

using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Services;

/// <summary>A watch event as gRPC sends it, made once for all its watchers: the prefix of a message, then type (1) and object (2).</summary>
/// <remarks>The prefix is one byte, 0 for uncompressed, and four of length, the highest first (gRPC over HTTP/2, Length-Prefixed-Message).</remarks>
internal static class EncodedEvent
{
    private const int PrefixBytes = 5;
    private const int TypeField = 1;
    private const int ObjectField = 2;

    private static readonly object Encoding = new();

    /// <summary>The event of a change.</summary>
    public static ReadOnlyMemory<byte> Of(WatchChange change) => change.GetOrAddEncoding(Encoding, Encode);

    private static byte[] Encode(WatchChange change)
    {
        var size = change.Object.CalculateSize();
        var tags = CodedOutputStream.ComputeTagSize(TypeField) + CodedOutputStream.ComputeTagSize(ObjectField);
        var length = tags + CodedOutputStream.ComputeEnumSize((int)change.Type) + CodedOutputStream.ComputeLengthSize(size) + size;
        var bytes = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), length);
        using var output = new CodedOutputStream(new MemoryStream(bytes, PrefixBytes, length));
        output.WriteTag(TypeField, WireFormat.WireType.Varint);
        output.WriteEnum((int)change.Type);
        output.WriteTag(ObjectField, WireFormat.WireType.LengthDelimited);
        output.WriteMessage(change.Object);
        output.Flush();
        return bytes;
    }
}
