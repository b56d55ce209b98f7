using Microsoft.AspNetCore.Http.Features;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.ApiServer.Services;

namespace MiniK8s.ApiServer.Overload;

/// <summary>Refuses requests that two readers may understand in two ways, before anybody acts on one of them.</summary>
/// <remarks>
/// what                                     | why
/// -----------------------------------------+-----------------------------------------------------------------------------------------
/// Content-Length beside Transfer-Encoding  | a proxy in front may believe the other one and take the rest for another request. The
///                                          | server underneath believes Transfer-Encoding and puts the Content-Length aside as
///                                          | X-Content-Length; nobody else sends that header. The connection is closed.
/// a path with a segment . or ..            | it has been resolved when it arrives here; rules written for the path as sent would miss it
/// </remarks>
internal sealed class AmbiguousRequestMiddleware(RequestDelegate next)
{
    /// <summary>Goes on, or answers 400.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey("X-Content-Length"))
        {
            http.Response.Headers.Connection = "close";
            return FrontRefusal.WriteAsync(http, StatusErrors.BadRequest("the request has both Content-Length and Transfer-Encoding"));
        }
        return RawPath.HasDotSegments(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)
            ? FrontRefusal.WriteAsync(http, StatusErrors.BadRequest("the path has segments that are . or .."))
            : next(http);
    }
}
