using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Bodies;

/// <summary>A deletion's options: those of the body, or, when that is empty, those of the query.</summary>
internal static class DeleteBody
{
    /// <summary>The options, checked.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">400, 413, 415 or 422.</exception>
    public static async Task<DeleteOptions> ReadAsync(ResourceRequest request, CancellationToken ct)
    {
        var body = await RequestBody.ReadAsync(request.Http.Request, ct);
        var options = body.IsEmpty ? RequestOptions.Delete(request.Query) : Decode(request, body);
        OptionChecks.Delete(options);
        return options;
    }

    // Any group's DeleteOptions will do: clients name meta.k8s.io, the core group or the resource's own.
    private static DeleteOptions Decode(ResourceRequest request, ReadOnlyMemory<byte> body) =>
        (DeleteOptions)ApiCodec.DecodeBody(
            body, ObjectBody.EncodingOf(request.Http.Request), DeleteOptions.Descriptor, new("v1", "DeleteOptions")).Message;
}
