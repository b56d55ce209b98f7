using System.Globalization;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest;

/// <summary>Sends refusals: a Status as JSON, whatever the client accepts.</summary>
internal static class RefusalWriter
{
    /// <summary>Sends the Status with its code, and the warnings there were until then; Retry-After where it names a time.</summary>
    public static Task WriteAsync(HttpContext http, Status status, CancellationToken ct)
    {
        if (http.Features.Get<RequestContext>() is { } context) WarningHeaders.Set(http.Response, context);
        if (status.Details is { RetryAfterSeconds: > 0 } details)
            http.Response.Headers.RetryAfter = details.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return ResponseBody.WriteAsync(http, status.Code, MediaTypes.Json, AnswerWriter.Encode(status), ct);
    }

    /// <summary>The answer to a path where nothing is, as Go's servers give it; clients make their own sentence of it.</summary>
    public static Task WriteNotFoundAsync(HttpContext http, CancellationToken ct)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return ResponseBody.WriteAsync(http, 404, "text/plain; charset=utf-8", "404 page not found\n"u8.ToArray(), ct);
    }
}
