using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Runtime;

using TypeMeta = MiniK8s.Api.Objects.TypeMeta;

namespace MiniK8s.Api.Codecs;

/// <summary>Kubernetes' protobuf documents: the bytes <c>k8s\0</c>, then an envelope (runtime.Unknown) with apiVersion, kind and the message.</summary>
/// <remarks>Fields this build does not know are kept. Nesting is bounded by the protobuf library's limit of 100.</remarks>
public static class ProtobufCodec
{
    private const byte TypeMetaTag = 0x0a;
    private const byte RawTag = 0x12;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    // Fields 3 and 4, contentEncoding and contentType: Go writes them even when empty.
    private static ReadOnlySpan<byte> NoContentType => [0x1a, 0, 0x22, 0];

    /// <summary>The message in its envelope.</summary>
    /// <exception cref="ArgumentException">The message is no document and no apiVersion and kind are given.</exception>
    public static byte[] Encode(IMessage message, TypeMeta? typeMeta = null)
    {
        var named = typeMeta ?? (ApiTypes.TryGetTypeMeta(message.Descriptor, out var found)
            ? found
            : throw new ArgumentException($"{message.Descriptor.FullName} is no document of its own.", nameof(message)));
        var head = new Protocol.Runtime.TypeMeta { ApiVersion = named.ApiVersion, Kind = named.Kind };
        int headSize = head.CalculateSize(), messageSize = message.CalculateSize();
        var bytes = new byte[Magic.Length + Sized(headSize) + Sized(messageSize) + NoContentType.Length];
        Magic.CopyTo(bytes);
        var rest = WriteField(bytes.AsSpan(Magic.Length), TypeMetaTag, head, headSize);
        rest = WriteField(rest, RawTag, message, messageSize);
        NoContentType.CopyTo(rest);
        return bytes;
    }

    /// <summary>Opens a document and reads it as a message of the given type, whatever kind it says it is.</summary>
    /// <exception cref="CodecException">No envelope, damaged bytes, or a quantity that is none.</exception>
    public static Decoded Decode(ReadOnlyMemory<byte> document, MessageDescriptor type)
    {
        var envelope = Open(document.Span);
        return new(Parse(envelope.Raw.Span, type), TypeMetaOf(envelope), []);
    }

    /// <summary>Opens a stored document of this kind. The bytes are trusted to be normalized, since every write normalizes.</summary>
    /// <exception cref="CodecException">No envelope, or damaged bytes.</exception>
    public static Protocol.IApiObject DecodeStored(ReadOnlySpan<byte> document, ApiKind kind)
    {
        try
        {
            return kind.Parse(Open(document).Raw.Span);
        }
        catch (InvalidProtocolBufferException ex)
        {
            throw new CodecException(ex.Message, ex);
        }
    }

    /// <summary>The document's own apiVersion and kind.</summary>
    /// <exception cref="CodecException">No envelope, or damaged bytes.</exception>
    public static TypeMeta PeekTypeMeta(ReadOnlySpan<byte> document) => TypeMetaOf(Open(document));

    /// <summary>True when the bytes begin as an envelope does.</summary>
    public static bool HasEnvelope(ReadOnlySpan<byte> document) => document.StartsWith(Magic);

    private static TypeMeta TypeMetaOf(Unknown envelope) => new(envelope.TypeMeta?.ApiVersion ?? "", envelope.TypeMeta?.Kind ?? "");

    private static Unknown Open(ReadOnlySpan<byte> document)
    {
        if (!document.StartsWith(Magic))
            throw new CodecException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        try
        {
            return Unknown.Parser.ParseFrom(document[Magic.Length..]);
        }
        catch (InvalidProtocolBufferException ex)
        {
            throw new CodecException(ex.Message, ex);
        }
    }

    private static IMessage Parse(ReadOnlySpan<byte> raw, MessageDescriptor type)
    {
        try
        {
            return Normalizer.Normalize(type.Parser.ParseFrom(raw));
        }
        catch (Exception ex) when (ex is InvalidProtocolBufferException or QuantityFormatException)
        {
            throw new CodecException(ex.Message, ex);
        }
    }

    private static int Sized(int length) => 1 + CodedOutputStream.ComputeLengthSize(length) + length;

    // Writes tag, length and message, and gives back what is left of the buffer.
    private static Span<byte> WriteField(Span<byte> output, byte tag, IMessage message, int size)
    {
        output[0] = tag;
        var at = 1;
        var length = (uint)size;
        for (; length >= 0x80; length >>= 7) output[at++] = (byte)(length | 0x80);
        output[at++] = (byte)length;
        message.WriteTo(output.Slice(at, size));
        return output[(at + size)..];
    }
}
