using Grpc.Net.Client;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Hosting;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Ports;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

/// <summary>The whole apiserver in this process over the store of the running test, spoken to by the generated clients.</summary>
internal sealed class GrpcApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private GrpcChannel _channel = null!;

    private GrpcApiServer(StoreServer store)
    {
        Store = store;
        var builder = MiniK8sProcess.CreateBuilder(
            "apiserver", ["--etcd-servers", store.Endpoint, "--secure-port", "0", "--insecure-grpc-port", "-1", "--log-level", "error"]);
        builder.AddApiServer();
        _app = builder.Build();
        _app.MapApiServer();
    }

    public StoreServer Store { get; }

    public Pods.PodsClient Pods => new(_channel);

    public Nodes.NodesClient Nodes => new(_channel);

    public Deployments.DeploymentsClient Deployments => new(_channel);

    public PriorityClasses.PriorityClassesClient PriorityClasses => new(_channel);

    public ConfigMaps.ConfigMapsClient ConfigMaps => new(_channel);

    public ProcessHealth Health => _app.Services.GetRequiredService<ProcessHealth>();

    public static async Task<GrpcApiServer> StartAsync()
    {
        var server = new GrpcApiServer(await StoreServer.StartAsync(StoreUnderTest.Kind));
        await server._app.StartAsync();
        var port = server._app.Services.GetRequiredService<PortBook>().Numbers[ApiServerPorts.InsecureGrpc];
        server._channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        await server.ReadyAsync();
        await new ServiceAccounts.ServiceAccountsClient(server._channel).CreateAsync(
            new() { Namespace = "default", Object = new ServiceAccount { Metadata = new() { Name = "default" } } });
        return server;
    }

    public async Task ReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var change = Health.WaitForChangeAsync(patience.Token);
            if (Health.IsReady) return;
            await change;
        }
    }

    public async Task NotReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var change = Health.WaitForChangeAsync(patience.Token);
            if (!Health.IsReady) return;
            await change;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
    }
}
