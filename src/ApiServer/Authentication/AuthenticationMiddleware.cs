using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Services;

namespace MiniK8s.ApiServer.Authentication;

/// <summary>Finds out who asks and leaves it with the request.</summary>
/// <remarks>
/// connection                  | credential                  | user
/// ----------------------------+-----------------------------+--------------------------------------------
/// without TLS (loopback only) | any                         | system:admin in system:masters
/// TLS                         | certificate that is trusted | its common name, in its organizations
/// TLS                         | certificate that is not     | 401
/// TLS                         | an Authorization header     | 401: there are no tokens yet
/// TLS                         | none                        | system:anonymous in system:unauthenticated
/// Whoever it is may act as somebody else (<see cref="Impersonation"/>), and is then that user to all that follows.
/// </remarks>
internal sealed class AuthenticationMiddleware(RequestDelegate next, ClientCertificates certificates, Impersonation impersonation)
{
    /// <summary>Goes on with a known user, or answers 401 or 403.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var user = UserOf(http);
        if (user is null)
        {
            await FrontRefusal.WriteAsync(http, StatusErrors.Unauthorized());
            return;
        }
        var request = new RequestContext(user, http.Request.Headers.UserAgent.ToString(), http.Connection.RemoteIpAddress?.ToString() ?? "");
        http.Features.Set(request);
        try
        {
            if (impersonation.ActingAs(user, http.Request.Headers) is { } other) http.Features.Set(request with { User = other, Impersonator = user });
        }
        catch (ApiException refusal)
        {
            await FrontRefusal.WriteAsync(http, refusal);
            return;
        }
        await next(http);
    }

    private UserInfo? UserOf(HttpContext http)
    {
        if (!http.Request.IsHttps) return UserInfo.Admin;
        if (http.Connection.ClientCertificate is { } certificate) return certificates.UserOf(certificate);
        return http.Request.Headers.Authorization.Count > 0 ? null : UserInfo.Anonymous;
    }
}
