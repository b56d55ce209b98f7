using System.Text;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.Api.Codecs;

/// <summary>Documents in any encoding, and request bodies with the refusals Kubernetes would give.</summary>
public static class ApiCodec
{
    // Where Kubernetes makes its registry of types, by which its messages call it.
    private const string Scheme = "pkg/api/legacyscheme/scheme.go:30";
    private const int SummaryLength = 30;

    /// <summary>The message in this encoding, with the kind and apiVersion of its type.</summary>
    public static byte[] Encode(IMessage message, ApiEncoding encoding) => encoding switch
    {
        ApiEncoding.Json => JsonCodec.Encode(message),
        ApiEncoding.Yaml => YamlCodec.Encode(message),
        ApiEncoding.Protobuf => ProtobufCodec.Encode(message),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };

    /// <summary>Reads a document as a message of the given type, whatever kind it says it is.</summary>
    /// <exception cref="CodecException">The document cannot be read.</exception>
    public static Decoded Decode(ReadOnlyMemory<byte> document, ApiEncoding encoding, MessageDescriptor type) => encoding switch
    {
        ApiEncoding.Json => JsonCodec.Decode(document, type),
        ApiEncoding.Yaml => YamlCodec.Decode(document, type),
        ApiEncoding.Protobuf => ProtobufCodec.Decode(document, type),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };

    /// <summary>Reads a request's body that must be an object of this kind. Missing kind and apiVersion are filled in.</summary>
    /// <exception cref="ApiException">400 with Kubernetes' text.</exception>
    public static (IApiObject Object, IReadOnlyList<string> StrictErrors) DecodeBody(
        ReadOnlyMemory<byte> body, ApiEncoding encoding, ApiKind kind)
    {
        var decoded = DecodeBody(body, encoding, kind.Descriptor, kind.TypeMeta);
        return ((IApiObject)decoded.Message, decoded.StrictErrors);
    }

    /// <summary>Reads a request's body that must be a document of this type: DeleteOptions, Binding, ... in any group they are known in.</summary>
    /// <exception cref="ApiException">400 with Kubernetes' text.</exception>
    public static Decoded DecodeBody(ReadOnlyMemory<byte> body, ApiEncoding encoding, MessageDescriptor type, TypeMeta expected)
    {
        var said = PeekBody(body, encoding, type);
        var actual = new TypeMeta(Or(said.ApiVersion, expected.ApiVersion), Or(said.Kind, expected.Kind));
        if (!ApiTypes.TryGet(actual, out var actualType)) throw CannotHandle(actual, type, NotRegistered(actual));
        if (actualType != type) throw CannotHandle(actual, type, $"converting ({MessageCodec.GoName(actualType)}) to ({InternalName(type, expected)}): unknown conversion");
        try
        {
            return Decode(body, encoding, type);
        }
        catch (CodecException ex)
        {
            throw CannotHandle(actual, type, ex.Message);
        }
    }

    /// <summary>The refusal of a body that strict reading objects to.</summary>
    public static ApiException StrictError(ApiKind kind, IReadOnlyList<string> strictErrors) =>
        CannotHandle(kind.TypeMeta, kind.Descriptor, StrictMessage(strictErrors));

    /// <summary><c>strict decoding error: unknown field "a", unknown field "b"</c></summary>
    public static string StrictMessage(IReadOnlyList<string> strictErrors) => $"strict decoding error: {string.Join(", ", strictErrors)}";

    private static TypeMeta PeekBody(ReadOnlyMemory<byte> body, ApiEncoding encoding, MessageDescriptor type)
    {
        try
        {
            return encoding switch
            {
                ApiEncoding.Protobuf => ProtobufCodec.PeekTypeMeta(body.Span),
                ApiEncoding.Yaml => PeekJson(YamlCodec.ToJson(body)),
                _ => PeekJson(body),
            };
        }
        catch (CodecException ex)
        {
            throw StatusErrors.BadRequest($"the object provided is unrecognized (must be of type {type.Name}): {ex.Message} ({Summary(body.Span)})");
        }
    }

    private static TypeMeta PeekJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonCodec.PeekTypeMeta(json);
        }
        catch (CodecException ex)
        {
            throw new CodecException($"couldn't get version/kind; json parse error: {ex.Message}", ex);
        }
    }

    private static ApiException CannotHandle(TypeMeta actual, MessageDescriptor type, string because) =>
        StatusErrors.BadRequest($"{actual.Kind} in version {GoText.Quote(actual.Version)} cannot be handled as a {type.Name}: {because}");

    private static string NotRegistered(TypeMeta actual) =>
        $"no kind {GoText.Quote(actual.Kind)} is registered for version {GoText.Quote(actual.ApiVersion)} in scheme {GoText.Quote(Scheme)}";

    // Kubernetes reads a body of any version into a type of no version, whose package is named for the group: core.Pod, apps.Deployment.
    private static string InternalName(MessageDescriptor type, TypeMeta expected) => ApiKinds.TryGet(expected, out var kind)
        ? $"{(kind.Group.Length == 0 ? "core" : kind.Group.Split('.')[0])}.{kind.Kind}" : MessageCodec.GoName(type);

    private static string Or(string value, string otherwise) => value.Length > 0 ? value : otherwise;

    private static string Summary(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) return "<empty>";
        var part = body[..int.Min(body.Length, SummaryLength)];
        var text = body[0] == '{' ? Encoding.UTF8.GetString(part) : Convert.ToHexStringLower(part);
        return body.Length > SummaryLength ? text + " ..." : text;
    }
}
