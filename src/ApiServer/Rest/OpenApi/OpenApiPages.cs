using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Negotiation;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>Serves /openapi/v2, /openapi/v3 and the documents below it.</summary>
internal sealed class OpenApiPages(OpenApiDocuments documents, TimeProvider time)
{
    private const string V3 = "/openapi/v3/";
    private const string V2Protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /// <summary>Answers a path without its last slash; false where it is none of these pages.</summary>
    public async Task<bool> TryWriteAsync(HttpContext http, string path, CancellationToken ct)
    {
        if (path == "/openapi/v2") await WriteV2Async(http, ct);
        else if (path == "/openapi/v3") await ResponseBody.WriteAsync(http, 200, MediaTypes.Json, documents.Root(), ct);
        else if (path.StartsWith(V3, StringComparison.Ordinal) && documents.Find(path[V3.Length..]) is { } document) await WriteAsync(http, document, ct);
        else return false;
        return true;
    }

    // kubectl asks for protobuf and understands nothing else; everybody else gets JSON.
    private Task WriteV2Async(HttpContext http, CancellationToken ct)
    {
        var wantsProtobuf = MediaRange.ParseAccept(http.Request.Headers.Accept.ToString()).FirstOrDefault() is { Type: V2Protobuf };
        return (wantsProtobuf ? documents.Version2Protobuf : documents.Version2Json).WriteAsync(http, ct);
    }

    // A URL with a hash names one content for ever; an outdated hash leads to the current one.
    private async Task WriteAsync(HttpContext http, OpenApiDocument document, CancellationToken ct)
    {
        var hash = http.Request.Query.Text("hash");
        var headers = http.Response.Headers;
        if (hash.Length > 0 && hash != document.Hash)
        {
            http.Response.StatusCode = 301;
            headers.Location = document.Url;
            return;
        }
        if (hash.Length > 0)
        {
            headers.CacheControl = "public, immutable";
            headers.Expires = time.GetUtcNow().AddYears(1).ToString("R");
        }
        await document.Tagged.WriteAsync(http, ct);
    }
}
