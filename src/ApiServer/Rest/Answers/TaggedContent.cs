using System.Security.Cryptography;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>A document that stays as it is while the process runs, under a tag by which clients ask whether theirs is still good.</summary>
/// <param name="Hash">Of the content, upper-case hexadecimal.</param>
internal sealed record TaggedContent(string ContentType, ReadOnlyMemory<byte> Content, string Hash)
{
    /// <summary>The content with its own hash.</summary>
    public static TaggedContent Of(string contentType, byte[] content) => new(contentType, content, Convert.ToHexString(SHA256.HashData(content)));

    /// <summary>Sends the content, or 304 to a client that has it.</summary>
    public Task WriteAsync(HttpContext http, CancellationToken ct)
    {
        var tag = $"\"{Hash}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.Vary = "Accept";
        if (!IsKnown(http.Request.Headers.IfNoneMatch, tag)) return ResponseBody.WriteAsync(http, 200, ContentType, Content, ct);
        http.Response.StatusCode = 304;
        return Task.CompletedTask;
    }

    private static bool IsKnown(IEnumerable<string?> known, string tag) =>
        known.SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(each => each == "*" || each == tag || each == $"W/{tag}");
}
