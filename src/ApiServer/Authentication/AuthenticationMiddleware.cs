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
/// </remarks>
internal sealed class AuthenticationMiddleware(RequestDelegate next, ClientCertificates certificates)
{
    /// <summary>Goes on with a known user, or answers 401.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var user = UserOf(http);
        if (user is null)
        {
            await FrontRefusal.WriteAsync(http, StatusErrors.Unauthorized());
            return;
        }
        http.Features.Set(new RequestContext(
            user, http.Request.Headers.UserAgent.ToString(), http.Connection.RemoteIpAddress?.ToString() ?? ""));
        await next(http);
    }

    private UserInfo? UserOf(HttpContext http)
    {
        if (!http.Request.IsHttps) return UserInfo.Admin;
        if (http.Connection.ClientCertificate is { } certificate) return certificates.UserOf(certificate);
        return http.Request.Headers.Authorization.Count > 0 ? null : UserInfo.Anonymous;
    }
}
