using System.Text;
using System.Text.Json;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Codecs;

/// <summary>YAML, as another spelling of the JSON that <see cref="JsonCodec"/> reads and writes.</summary>
/// <remarks>Reads YAML 1.1 as kubectl does (yes and no are booleans, 017 is octal). One document; aliases are bounded.</remarks>
public static class YamlCodec
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The message as YAML, keys sorted; kind and apiVersion as <see cref="JsonCodec"/> would choose them.</summary>
    public static byte[] Encode(IMessage message) => FromJson(JsonCodec.Encode(message));

    /// <summary>The message as YAML under this kind and apiVersion; null leaves them out.</summary>
    public static byte[] Encode(IMessage message, TypeMeta? typeMeta) => FromJson(JsonCodec.Encode(message, typeMeta));

    /// <summary>Reads a document as a message of the given type, whatever kind it says it is.</summary>
    /// <exception cref="CodecException">Malformed YAML, or a value of the wrong type.</exception>
    public static Decoded Decode(ReadOnlyMemory<byte> yaml, MessageDescriptor type)
    {
        var (json, duplicates) = Convert(yaml);
        var decoded = JsonCodec.Decode(json, type);
        return duplicates.Count == 0 ? decoded : decoded with { StrictErrors = [Phrase(duplicates), .. decoded.StrictErrors] };
    }

    /// <summary>A YAML document as JSON.</summary>
    /// <exception cref="CodecException">Malformed YAML, or what JSON cannot hold.</exception>
    public static byte[] ToJson(ReadOnlyMemory<byte> yaml) => Convert(yaml).Json;

    /// <summary>A YAML document as JSON, and a phrase about the keys that it gives twice, if it does.</summary>
    /// <exception cref="CodecException">Malformed YAML, or what JSON cannot hold.</exception>
    public static (byte[] Json, IReadOnlyList<string> Duplicates) ToJsonWithDuplicates(ReadOnlyMemory<byte> yaml)
    {
        var (json, duplicates) = Convert(yaml);
        return (json, duplicates.Count == 0 ? [] : [Phrase(duplicates)]);
    }

    /// <summary>A JSON document as YAML.</summary>
    public static byte[] FromJson(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonCodec.MaxDepth + 1 });
        return Encoding.UTF8.GetBytes(YamlWriter.Convert(document.RootElement));
    }

    private static (byte[] Json, IReadOnlyList<string> Duplicates) Convert(ReadOnlyMemory<byte> yaml)
    {
        var converter = new YamlToJson();
        var json = converter.Convert(new YamlParser(Text(yaml.Span)).Parse());
        return (json, converter.Duplicates);
    }

    private static string Phrase(IReadOnlyList<string> duplicates) => "yaml: unmarshal errors:\n" + string.Join('\n', duplicates);

    private static string Text(ReadOnlySpan<byte> yaml)
    {
        try
        {
            return StrictUtf8.GetString(yaml);
        }
        catch (DecoderFallbackException ex)
        {
            throw new CodecException("yaml: invalid leading UTF-8 octet", ex);
        }
    }
}
