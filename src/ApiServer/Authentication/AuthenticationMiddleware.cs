using System.Net.Http.Headers;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authentication.Tokens;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Services;

namespace MiniK8s.ApiServer.Authentication;

/// <summary>Finds out who asks and leaves it with the request.</summary>
/// <remarks>
/// connection                  | credential                  | user
/// ----------------------------+-----------------------------+--------------------------------------------
/// without TLS (loopback only) | any                         | system:admin in system:masters
/// TLS                         | certificate that is trusted | its common name, in its organizations
/// TLS                         | bearer token that is good   | the service account it was made for
/// TLS                         | others, and no such one     | 401
/// TLS                         | none                        | system:anonymous in system:unauthenticated
/// Others are also Basic and whatever Kubernetes makes no sense of and takes for none: a credential that is no good is never anonymous here.
/// A token that ends takes the watches and streams with it that it began. Whoever it is may act as somebody else (<see cref="Impersonation"/>), and is then that user to all that follows.
/// </remarks>
internal sealed class AuthenticationMiddleware(
    RequestDelegate next, ClientCertificates certificates, TokenAuthenticator tokens, Impersonation impersonation, TimeProvider time)
{
    // What a timer takes at most is a little more.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <summary>Goes on with a known user, or answers 401 or 403.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        DateTimeOffset? ends;
        try
        {
            var (user, until) = await IdentifyAsync(http) ?? throw StatusErrors.Unauthorized();
            ends = until;
            var request = new RequestContext(user, http.Request.Headers.UserAgent.ToString(), http.Connection.RemoteIpAddress?.ToString() ?? "");
            http.Features.Set(request);
            if (impersonation.ActingAs(user, http.Request.Headers) is { } other) http.Features.Set(request with { User = other, Impersonator = user });
        }
        catch (ApiException refusal)
        {
            await FrontRefusal.WriteAsync(http, refusal);
            return;
        }
        await using var end = ends is { } at ? EndAt(http, at) : null;
        await next(http);
    }

    // Null: there are credentials, and none of them is good. Where two are, the certificate's user counts, as in Kubernetes.
    private async ValueTask<Caller?> IdentifyAsync(HttpContext http)
    {
        if (!http.Request.IsHttps) return new(UserInfo.Admin);
        var authorization = http.Request.Headers.Authorization;
        // Nothing behind this needs to know the token.
        http.Request.Headers.Authorization = default;
        var certificate = http.Connection.ClientCertificate;
        if (certificate is not null && certificates.UserOf(certificate) is { } user) return new(user);

        if (authorization.Count == 0) return certificate is null ? new(UserInfo.Anonymous) : null;
        if (!AuthenticationHeaderValue.TryParse(authorization, out var header) || !header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return null;
        return await tokens.AuthenticateAsync(header.Parameter ?? "", http.RequestAborted) is TokenVerdict.Accepted token ? new(token.User, token.Ends) : null;
    }

    private ITimer EndAt(HttpContext http, DateTimeOffset ends)
    {
        var left = ends - time.GetUtcNow();
        var due = new TimeSpan(long.Clamp(left.Ticks, 0, LongestTimer.Ticks));
        return time.CreateTimer(_ => http.Abort(), null, due, Timeout.InfiniteTimeSpan);
    }

    /// <param name="Ends">When the credential ends; null: as the connection does.</param>
    private sealed record Caller(UserInfo User, DateTimeOffset? Ends = null);
}
