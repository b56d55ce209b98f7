using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest;
using MiniK8s.Protocol.Authentication.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;

using UserInfo = MiniK8s.ApiServer.Registry.UserInfo;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

/// <summary>REST over plain HTTP on a free loopback port, in front of registries in memory.</summary>
internal sealed class RestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RestServer(WebApplication app, FakeRegistries registries, RuleBook rules)
    {
        _app = app;
        Registries = registries;
        Rules = rules;
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new() { BaseAddress = new(Url), Timeout = TimeSpan.FromSeconds(30) };
    }

    public FakeRegistries Registries { get; }

    public RuleBook Rules { get; }

    public string Url { get; }

    public HttpClient Client { get; }

    public static async Task<RestServer> StartAsync(TimeProvider? time = null, ApiServerOptions? options = null)
    {
        var clock = time ?? TimeProvider.System;
        var registries = new FakeRegistries(clock);
        var rules = new RuleBook();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddLogging(logging => logging.AddFilter(_ => false));
        builder.Services.AddSingleton(clock).AddSingleton(options ?? new ApiServerOptions());
        builder.Services.AddSingleton<IResourceRegistries>(registries).AddSingleton<IAuthorizer>(rules).AddSingleton<IPodBinder, FakeBinder>().AddSingleton<IPodEvictor, FakeEvictor>()
            .AddSingleton<ITokenRequests, FakeTokens>();
        builder.Services.AddSingleton<InFlightLimits>().AddSingleton<RequestGate>().AddSingleton<SlowClients>().AddKubernetesRest();

        var app = builder.Build();
        app.Use((http, next) =>
        {
            http.Features.Set(new RequestContext(UserInfo.Admin, http.Request.Headers.UserAgent.ToString(), "127.0.0.1"));
            return next(http);
        });
        app.UseRouting();
        app.MapKubernetesRest();
        await app.StartAsync();
        return new(app, registries, rules);
    }

    /// <summary>Sends one request and reads the whole answer.</summary>
    public async Task<(int Code, string Body, HttpResponseMessage Response)> SendAsync(
        string method, string path, string? body = null, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Lets everything pass but what the test says, and remembers what it was asked.</summary>
    internal sealed class RuleBook : IAuthorizer
    {
        public List<RequestAttributes> Asked { get; } = [];

        public Func<RequestAttributes, bool> Allows { get; set; } = _ => true;

        public bool Decide(UserInfo user, RequestAttributes attributes)
        {
            lock (Asked) Asked.Add(attributes);
            return Allows(attributes);
        }

        public AccessRules RulesOf(UserInfo user) => new([], []);
    }

    private sealed class FakeEvictor : IPodEvictor
    {
        public Task<Status> EvictAsync(RequestContext request, string ns, string podName, Eviction eviction, CreateOptions options, CancellationToken ct) =>
            eviction.Metadata.Name == podName ? Task.FromResult(StatusErrors.Succeeded(code: 201)) : throw StatusErrors.BadRequest("not this pod");
    }

    private sealed class FakeTokens : ITokenRequests
    {
        public Task<TokenRequest> IssueAsync(
            RequestContext request, string ns, string account, TokenRequest wanted, CreateOptions options, CancellationToken ct)
        {
            wanted.Status = new() { Token = $"token of {ns}/{account}" };
            return Task.FromResult(wanted);
        }
    }

    private sealed class FakeBinder : IPodBinder
    {
        public Task<Status> BindAsync(RequestContext request, string ns, string podName, Binding binding, CreateOptions options, CancellationToken ct) =>
            binding.Target.Name == "full"
                ? throw StatusErrors.Conflict("pods/binding", podName, "pod is full")
                : Task.FromResult(StatusErrors.Succeeded(code: 201));
    }
}
