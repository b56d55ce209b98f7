using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authentication;
using MiniK8s.ApiServer.Services;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>Asks the authorizer for the pages that every process has and that know nothing of users: metrics and gRPC reflection.</summary>
/// <remarks>The health pages and gRPC health are for everybody.</remarks>
internal sealed class ProcessPagesMiddleware(RequestDelegate next, IAuthorizer authorizer)
{
    /// <summary>Goes on, or answers 403.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path == "/metrics" || path.StartsWith("/grpc.reflection.", StringComparison.Ordinal))
        {
            try
            {
                authorizer.Authorize(http.RequestContext().User, RequestAttributes.ForPath("get", path));
            }
            catch (ApiException refusal)
            {
                await FrontRefusal.WriteAsync(http, refusal);
                return;
            }
        }
        await next(http);
    }
}
