using System.IO.Compression;

using MiniK8s.ApiServer.Rest.Negotiation;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>Sends an answer, compressed where that pays and the client allows it.</summary>
internal static class ResponseBody
{
    /// <summary>What is longer, in bytes, is worth compressing, and worth sending before all of it is there.</summary>
    public const int Short = 128 * 1024;

    /// <summary>Sends code, type and content. Nothing of the response may have been sent before.</summary>
    public static Task WriteAsync(HttpContext http, int code, string contentType, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        WriteAsync(http, code, contentType, [content], ct);

    /// <summary>The same, of content in several pieces.</summary>
    public static async Task WriteAsync(HttpContext http, int code, string contentType, IReadOnlyList<ReadOnlyMemory<byte>> pieces, CancellationToken ct)
    {
        var response = http.Response;
        SetHeaders(response, code, contentType);
        if (Length(pieces) > Short && Accepts(http.Request, "gzip"))
        {
            SetCompressed(response);
            pieces = [Compress(pieces)];
        }
        response.ContentLength = Length(pieces);
        foreach (var piece in pieces) await response.Body.WriteAsync(piece, ct);
    }

    /// <summary>Begins a long answer whose length is not known yet, compressed where the client allows it.</summary>
    /// <returns>Takes the content; disposed at its end, never when it breaks off: then the client must see that something is missing.</returns>
    public static Stream Start(HttpContext http, int code, string contentType)
    {
        SetHeaders(http.Response, code, contentType);
        if (!Accepts(http.Request, "gzip")) return http.Response.Body;
        SetCompressed(http.Response);
        return new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    private static void SetHeaders(HttpResponse response, int code, string contentType)
    {
        response.StatusCode = code;
        response.ContentType = contentType;
        response.Headers.CacheControl = response.Headers.CacheControl is { Count: > 0 } set ? set : "no-cache, private";
    }

    private static void SetCompressed(HttpResponse response)
    {
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
    }

    private static long Length(IReadOnlyList<ReadOnlyMemory<byte>> pieces) => pieces.Sum(piece => (long)piece.Length);

    private static bool Accepts(HttpRequest request, string encoding) =>
        MediaRange.ParseAccept(request.Headers.AcceptEncoding.ToString()).Any(range => range.Type == encoding);

    private static ReadOnlyMemory<byte> Compress(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var compressed = new MemoryStream((int)(Length(pieces) / 4));
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var piece in pieces) gzip.Write(piece.Span);
        }
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}
