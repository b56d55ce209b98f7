using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Watching;

/// <summary>A watch's events as bytes. Equal for watchers that want the same, so that each event is encoded once for all of them.</summary>
/// <remarks>
/// JSON: one document per line, <c>{"type":"ADDED","object":{…}}</c>. Protobuf: four bytes of length, the highest first, then a WatchEvent
/// whose object is a document in its envelope.
/// </remarks>
/// <param name="WithColumns">A table's events carry its column definitions; only the first of a watch does.</param>
internal sealed record WatchEncoding(Rendering Rendering, bool WithColumns)
{
    private const int LengthPrefix = 4;

    /// <summary>The stream's Content-Type.</summary>
    public string ContentType =>
        IsProtobuf ? $"{MediaTypes.Protobuf};stream=watch" : Rendering.Form.IsNamedStream ? $"{MediaTypes.Json};stream=watch" : MediaTypes.Json;

    private bool IsProtobuf => Rendering.Form.Encoding == ApiEncoding.Protobuf;

    /// <summary>The event; a table's ages are counted up to <paramref name="now"/>.</summary>
    public ReadOnlyMemory<byte> Encode(WatchChange change, DateTimeOffset now) =>
        change.GetOrAddEncoding(this, one => IsProtobuf ? Frame(NameOf(one.Type), one.Object) : Line(NameOf(one.Type), one.Object, now));

    /// <summary>The event that ends a watch which cannot go on.</summary>
    public ReadOnlyMemory<byte> Encode(Status error) =>
        IsProtobuf ? Frame("ERROR", ProtobufCodec.Encode(error)) : Line("ERROR", writer => JsonCodec.Write(writer, error, new("v1", "Status")));

    private static string NameOf(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED",
        WatchEventType.Modified => "MODIFIED",
        WatchEventType.Deleted => "DELETED",
        WatchEventType.Bookmark => "BOOKMARK",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private byte[] Line(string type, IApiObject obj, DateTimeOffset now) =>
        Line(type, writer => Rendering.Write(writer, obj, now, WithColumns));

    private static byte[] Line(string type, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = JsonCodec.NewWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WritePropertyName("object");
            write(writer);
            writer.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private byte[] Frame(string type, IApiObject obj)
    {
        var (message, typeMeta) = Rendering.Project(obj);
        return Frame(type, ProtobufCodec.Encode(message, typeMeta));
    }

    private static byte[] Frame(string type, byte[] document)
    {
        var change = new WatchEvent { Type = type, Object = new() { Raw = UnsafeByteOperations.UnsafeWrap(document) } };
        var frame = new byte[LengthPrefix + change.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - LengthPrefix);
        change.WriteTo(frame.AsSpan(LengthPrefix));
        return frame;
    }
}
