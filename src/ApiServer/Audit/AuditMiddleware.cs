using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Services;

namespace MiniK8s.ApiServer.Audit;

/// <summary>The outermost layer: every request gets an id and ends in a record, refused ones too, over REST and gRPC alike.</summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditLog log, IIdentitySource identities, TimeProvider time)
{
    /// <summary>Opens the request's entry, and completes it whatever becomes of the request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var id = identities.NextUid();
        // What the log says of this request's failures bears the same id.
        http.TraceIdentifier = id;
        if (!http.IsGrpc()) http.Response.OnStarting(TellId, http);
        var entry = new AuditEntry(http, id, log, time);
        http.Features.Set(entry);
        try
        {
            await next(http);
        }
        finally
        {
            entry.Complete();
        }
    }

    // Not before the headers go out: a refusal clears those that were set for the answer it takes the place of.
    private static Task TellId(object state)
    {
        var http = (HttpContext)state;
        http.Response.Headers["Audit-Id"] = http.TraceIdentifier;
        return Task.CompletedTask;
    }
}

/// <summary>Where the middleware leaves the entry.</summary>
internal static class AuditFeature
{
    /// <summary>The request's entry; null where nothing is audited.</summary>
    public static AuditEntry? Audit(this HttpContext http) => http.Features.Get<AuditEntry>();
}
