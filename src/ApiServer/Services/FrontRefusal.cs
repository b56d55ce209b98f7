using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Audit;
using MiniK8s.ApiServer.Rest;

namespace MiniK8s.ApiServer.Services;

/// <summary>Refusals by layers in front of both faces, each in the form its client reads.</summary>
internal static class FrontRefusal
{
    /// <summary>Answers a request that reaches neither REST nor a service.</summary>
    public static Task WriteAsync(HttpContext http, ApiException refusal)
    {
        http.Audit()?.Refuse(refusal.Status);
        return http.IsGrpc() ? Refusals.WriteTrailersOnlyAsync(http, refusal) : RefusalWriter.WriteAsync(http, refusal.Status, http.RequestAborted);
    }
}
