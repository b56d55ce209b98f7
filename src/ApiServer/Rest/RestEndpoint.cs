using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authorization;

namespace MiniK8s.ApiServer.Rest;

/// <summary>The outermost layer of REST: every request is counted and ends in an answer, whatever goes wrong within.</summary>
/// <remarks>
/// what comes out of the request     | the client gets
/// ----------------------------------+---------------------------------------------------------------
/// ApiException                      | its Status
/// BadHttpRequestException (Kestrel) | 400, 413 or 408 with Kestrel's words
/// the client has left               | nothing
/// anything else                     | 500 InternalError with an id that is in the log; no word of the cause
/// any of these, answer under way    | the connection breaks off, so that half an answer is not taken for a whole one
/// </remarks>
internal sealed partial class RestEndpoint(
    RestHandler handler, RestMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RestEndpoint> logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var attributes = RequestAttributes.ForPath(http.Request.Method, "");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await handler.HandleAsync(http, observed => attributes = observed, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested) http.Response.StatusCode = 503;
        }
        catch (Exception ex)
        {
            await RefuseAsync(http, attributes, ex);
        }
        var took = time.GetElapsedTime(started);
        metrics.Add(attributes, http.Response.StatusCode, took);
        LogRequest(logger, attributes.Verb, http.Request.Path, http.Response.StatusCode, took.TotalMilliseconds);
    }

    private async Task RefuseAsync(HttpContext http, RequestAttributes attributes, Exception ex)
    {
        var status = StatusOf(http, attributes, ex);
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        http.Response.Clear();
        await RefusalWriter.WriteAsync(http, status, http.RequestAborted);
    }

    private Protocol.Meta.V1.Status StatusOf(HttpContext http, RequestAttributes attributes, Exception ex)
    {
        switch (ex)
        {
            case ApiException refusal:
                return refusal.Status;
            case BadHttpRequestException { StatusCode: 413 }:
                return StatusErrors.RequestEntityTooLarge($"limit is {Bodies.RequestBody.Limit}").Status;
            case BadHttpRequestException bad:
                return StatusErrors.BadRequest(bad.Message).Status;
            default:
                LogFailed(logger, attributes.Verb, http.Request.Path, http.TraceIdentifier, ex);
                return StatusErrors.InternalError($"an unexpected failure, which the log tells of under {http.TraceIdentifier}").Status;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Verb} {Path} {Code} in {Milliseconds:F1} ms")]
    private static partial void LogRequest(ILogger logger, string verb, PathString path, int code, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} {Path} failed, told to the client as {Id}")]
    private static partial void LogFailed(ILogger logger, string verb, PathString path, string id, Exception ex);
}
