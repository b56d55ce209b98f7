using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Rest.Bodies;

/// <summary>The object in a request's body.</summary>
internal static class ObjectBody
{
    /// <summary>An object of the request's kind.</summary>
    /// <exception cref="ApiException">400, 413 or 415.</exception>
    public static async Task<IApiObject> ReadAsync(ResourceRequest request, string fieldValidation, CancellationToken ct) =>
        (IApiObject)await ReadAsync(request, request.Kind.TypeMeta, request.Kind.Descriptor, fieldValidation, ct);

    /// <summary>A document of a certain kind; one that names no kind is taken for it.</summary>
    /// <param name="fieldValidation">Strict refuses unknown and duplicate fields, Ignore passes them over, Warn and "" warn.</param>
    public static async Task<IMessage> ReadAsync(
        ResourceRequest request, TypeMeta type, MessageDescriptor descriptor, string fieldValidation, CancellationToken ct)
    {
        var encoding = EncodingOf(request.Http.Request);
        var body = await RequestBody.ReadAsync(request.Http.Request, ct);
        var decoded = ApiCodec.DecodeBody(body, encoding, descriptor, type);
        CheckVersion(decoded.TypeMeta, type);
        if (decoded.StrictErrors.Count == 0 || fieldValidation == "Ignore") return decoded.Message;
        if (fieldValidation == "Strict") throw ApiCodec.StrictError(request.Kind, decoded.StrictErrors);

        foreach (var error in decoded.StrictErrors) request.Context.Warnings.Add(error);
        return decoded.Message;
    }

    /// <summary>The encoding a request says its body has; JSON where it does not say.</summary>
    /// <exception cref="ApiException">415: an encoding that is not read here.</exception>
    public static ApiEncoding EncodingOf(HttpRequest request) =>
        MediaTypes.TryGetEncoding(request.ContentType, out var encoding) ? encoding : throw StatusErrors.UnsupportedMediaType(MediaTypes.Bodies);

    private static void CheckVersion(TypeMeta said, TypeMeta expected)
    {
        if (!string.IsNullOrEmpty(said.ApiVersion) && said.ApiVersion != expected.ApiVersion)
            throw StatusErrors.BadRequest(
                $"the API version in the data ({said.ApiVersion}) does not match the expected API version ({expected.ApiVersion})");
    }
}
