using MiniK8s.ApiServer.Audit;
using MiniK8s.ApiServer.Authentication;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Overload;

/// <summary>What every request passes as soon as its face knows what it wants, before its body is read: audit, the limits, authorization.</summary>
internal sealed class RequestGate(InFlightLimits limits, IAuthorizer authorizer)
{
    /// <summary>Lets the request in and gives who asks; its place is free again when the request has ended.</summary>
    /// <exception cref="Api.Errors.ApiException">403 or 429.</exception>
    public RequestContext Enter(HttpContext http, RequestAttributes attributes)
    {
        http.Audit()?.Observe(attributes);
        var context = http.RequestContext();
        http.Response.RegisterForDispose(limits.Enter(context.User, attributes));
        authorizer.Authorize(context.User, attributes);
        return context;
    }
}
