using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Ports;

namespace MiniK8s.Hosting.Tests;

/// <summary>A process's whole front door in this one: real Kestrel, real free ports on loopback, a store-like service mapped.</summary>
public sealed class RunningProcess : IAsyncLifetime
{
    private readonly WebApplication _app;
    private readonly IHostApplicationLifetime _lifetime;
    private Task<int>? _run;

    public RunningProcess()
        : this(_ => { })
    {
    }

    internal RunningProcess(Action<WebApplicationBuilder> configure, params string[] args)
    {
        var builder = MiniK8sProcess.CreateBuilder("test-process", ["--log-level", "error", .. args]);
        builder.ListenGrpc("grpc", 0).ListenHttp("http", 0).AddMiniK8sGrpc();
        builder.Services.AddSingleton<SlowLeases>();
        configure(builder);
        _app = builder.Build();
        _lifetime = _app.Lifetime;
        _app.MapMiniK8s();
        _app.MapGrpcService<SlowLeases>();
    }

    public GrpcChannel Channel { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    internal ProcessHealth Health => Get<ProcessHealth>();

    internal SlowLeases Leases => Get<SlowLeases>();

    internal int GrpcPort => Get<PortBook>().Numbers["grpc"];

    public async Task InitializeAsync()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lifetime.ApplicationStarted.Register(started.SetResult);
        _run = _app.RunMiniK8sAsync();
        await await Task.WhenAny(started.Task, _run).OrMissing("the start of the process");
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{GrpcPort}");
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Get<PortBook>().Numbers["http"]}") };
    }

    internal async Task<int> StopAsync()
    {
        _lifetime.StopApplication();
        return await _run!.OrMissing("the end of the process");
    }

    public async Task DisposeAsync()
    {
        Channel.Dispose();
        Http.Dispose();
        await StopAsync();
    }

    private T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();
}
