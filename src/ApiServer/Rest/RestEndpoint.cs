using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Audit;
using MiniK8s.ApiServer.Authorization;

namespace MiniK8s.ApiServer.Rest;

/// <summary>The outermost layer of REST: every request is counted and ends in an answer, whatever goes wrong within.</summary>
/// <remarks>
/// what comes out of the request     | the client gets
/// ----------------------------------+---------------------------------------------------------------
/// ApiException                      | its Status
/// BadHttpRequestException (Kestrel) | 400, 413 or 408 with Kestrel's words
/// its time is up                    | 504
/// the client has left               | nothing
/// anything else                     | 500 InternalError with an id that is in the log; no word of the cause
/// any of these, answer under way    | the connection breaks off, so that half an answer is not taken for a whole one
/// </remarks>
internal sealed partial class RestEndpoint(
    RestHandler handler, RestMetrics metrics, ApiServerOptions options, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<RestEndpoint> logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var attributes = RequestAttributes.ForPath(http.Request.Method, "");
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping, limit.Token);
        try
        {
            await handler.HandleAsync(http, Observe, ending.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(http, attributes, StatusErrors.Timeout("request did not complete within the allotted timeout", retryAfterSeconds: 0));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested) http.Response.StatusCode = 503;
        }
        catch (Exception ex)
        {
            await RefuseAsync(http, attributes, ex);
        }
        metrics.Add(attributes, http.Response.StatusCode, time.GetElapsedTime(started));

        void Observe(RequestAttributes observed)
        {
            attributes = observed;
            if (!LongRunning.Is(observed)) limit.CancelAfter(options.RequestTimeout);
        }
    }

    private async Task RefuseAsync(HttpContext http, RequestAttributes attributes, Exception ex)
    {
        var status = StatusOf(http, attributes, ex);
        http.Audit()?.Refuse(status);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} {Path} failed, told to the client as {Id}")]
    private static partial void LogFailed(ILogger logger, string verb, PathString path, string id, Exception ex);
}
