using System.IO.Compression;

using MiniK8s.ApiServer.Rest.Negotiation;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>Sends a whole answer at once, compressed where that pays and the client allows it.</summary>
internal static class ResponseBody
{
    private const int WorthCompressing = 128 * 1024;

    /// <summary>Sends code, type and content. Nothing of the response may have been sent before.</summary>
    public static async Task WriteAsync(HttpContext http, int code, string contentType, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var response = http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        response.Headers.CacheControl = response.Headers.CacheControl is { Count: > 0 } set ? set : "no-cache, private";
        if (content.Length > WorthCompressing && Accepts(http.Request, "gzip"))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            content = Compress(content);
        }
        response.ContentLength = content.Length;
        await response.Body.WriteAsync(content, ct);
    }

    private static bool Accepts(HttpRequest request, string encoding) =>
        MediaRange.ParseAccept(request.Headers.AcceptEncoding.ToString()).Any(range => range.Type == encoding);

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> content)
    {
        var compressed = new MemoryStream(content.Length / 4);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content.Span);
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}
