using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using MiniK8s.ApiServer.Authentication;
using MiniK8s.ApiServer.Authentication.Tokens;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.ApiServer.Tests.Rest.Serving;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Authentication;

/// <summary>The rows of the middleware's table; certificates are RestServerTests' and ClientCertificates' matter, but for how they go with tokens.</summary>
[Collection(SharedStores.Collection)]
public sealed class AuthenticationMiddlewareTests
{
    [EveryStoreFact]
    public async Task Request_WithCredentials_IsWhoTheySayOrRefused()
    {
        await using var rig = await StartAsync();
        var token = (await rig.TokenAsync()).Status.Token;
        const string robot = "system:serviceaccount:default:default";

        Assert.Equal("system:admin", await UserOfAsync(rig, "http", "Bearer hunter2"));
        Assert.Equal("system:anonymous", await UserOfAsync(rig, "https", null));
        Assert.Equal(robot, await UserOfAsync(rig, "https", $"Bearer {token}"));
        Assert.Equal(robot, await UserOfAsync(rig, "https", $"bearer  {token}"));
        foreach (var bad in (string[])["Bearer hunter2", $"Bearer {token}x", "Bearer", $"Basic {token}", token, ""]) Assert.Null(await UserOfAsync(rig, "https", bad));
    }

    [EveryStoreFact]
    public async Task Token_ThatWasAccepted_IsHiddenFromWhatFollows()
    {
        await using var rig = await StartAsync();
        var http = Request("https", $"Bearer {(await rig.TokenAsync()).Status.Token}");

        await Middleware(rig, seen =>
        {
            Assert.Equal(0, seen.Request.Headers.Authorization.Count);
            return Task.CompletedTask;
        }).InvokeAsync(http);

        Assert.Equal("system:serviceaccount:default:default", http.RequestContext().User.Name);
    }

    [EveryStoreFact]
    public async Task Request_WhileTheStoreDoesNotAnswer_IsRefusedForNow()
    {
        await using var rig = await StartAsync();
        var token = (await rig.TokenAsync()).Status.Token;
        await rig.DeleteAsync<ServiceAccount>("default", "default");
        await rig.SettledAsync();
        rig.Store.GoAway();
        var http = Request("https", $"Bearer {token}");

        await Middleware(rig, _ => throw new InvalidOperationException("It must not come so far.")).InvokeAsync(http);

        Assert.Equal(503, http.Response.StatusCode);
    }

    [EveryStoreFact]
    public async Task Request_ThatOutlivesItsToken_IsEnded()
    {
        await using var rig = await StartAsync();
        var http = Request("https", $"Bearer {(await rig.TokenAsync(change: wanted => wanted.Spec.ExpirationSeconds = 600)).Status.Token}");
        var started = new TaskCompletionSource();
        var watch = Middleware(rig, async seen =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, seen.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }).InvokeAsync(http);
        await started.Task.OrMissing("the request");

        rig.Time.Advance(TimeSpan.FromMinutes(11) - TimeSpan.FromTicks(1));
        Assert.False(http.RequestAborted.IsCancellationRequested);
        rig.Time.Advance(TimeSpan.FromTicks(1));

        await watch.OrMissing("the end");
        Assert.True(http.RequestAborted.IsCancellationRequested);
    }

    private static async Task<string?> UserOfAsync(RegistryRig rig, string scheme, string? authorization)
    {
        var http = Request(scheme, authorization);
        var isIn = false;
        await Middleware(rig, _ =>
        {
            isIn = true;
            return Task.CompletedTask;
        }).InvokeAsync(http);
        if (!isIn) Assert.Equal(401, http.Response.StatusCode);
        return isIn ? http.RequestContext().User.Name : null;
    }

    private static AuthenticationMiddleware Middleware(RegistryRig rig, RequestDelegate next) =>
        new(next, new ClientCertificates(null, rig.Time), rig.Service<TokenAuthenticator>(), new Impersonation(new RestServer.RuleBook()), rig.Time);

    private static DefaultHttpContext Request(string scheme, string? authorization)
    {
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        http.Request.Scheme = scheme;
        if (authorization is not null) http.Request.Headers.Authorization = authorization;
        return http;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        private readonly CancellationTokenSource _end = new();

        public CancellationToken RequestAborted
        {
            get => _end.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => _end.Cancel();
    }
}
