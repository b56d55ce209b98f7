using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authentication;

/// <summary>Where the authentication middleware leaves who asks.</summary>
internal static class RequestContextFeature
{
    /// <summary>The request's context; always there behind the authentication middleware.</summary>
    public static RequestContext RequestContext(this HttpContext http) =>
        http.Features.Get<RequestContext>() ?? throw new InvalidOperationException("The authentication middleware has not run.");
}
