using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using MiniK8s.ApiServer.Tests.Rest.Serving;
using MiniK8s.Hosting;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Ports;

namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>The whole apiserver in this process, over TLS, in front of the store of the running test; kubectl comes as administrator.</summary>
internal sealed class RealApiServer : IAsyncDisposable
{
    private readonly Pki _pki = new();
    private readonly (string Certificate, string Key) _admin;
    private readonly StoreServer _store;
    private readonly WebApplication _app;

    private RealApiServer(StoreServer store)
    {
        _store = store;
        _admin = _pki.Issue("O=system:masters, CN=admin");
        var builder = MiniK8sProcess.CreateBuilder("apiserver",
        [
            "--etcd-servers", store.Endpoint, "--secure-port", "0", "--insecure-grpc-port", "0", "--client-ca-file", _pki.Authority, "--log-level", "warning",
        ]);
        builder.AddApiServer();
        _app = builder.Build();
        _app.MapApiServer();
    }

    /// <summary>kubectl's flags.</summary>
    public string[] Connection =>
    [
        $"--server=https://127.0.0.1:{_app.Services.GetRequiredService<PortBook>().Numbers[ApiServerPorts.Secure]}", "--insecure-skip-tls-verify",
        $"--client-certificate={_admin.Certificate}", $"--client-key={_admin.Key}",
    ];

    /// <summary>Starts both and waits until the apiserver is ready.</summary>
    public static async Task<RealApiServer> StartAsync()
    {
        var server = new RealApiServer(await StoreServer.StartAsync(StoreUnderTest.Kind));
        await server._app.StartAsync();
        var health = server._app.Services.GetRequiredService<ProcessHealth>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        for (var change = health.WaitForChangeAsync(patience.Token); !health.IsReady; change = health.WaitForChangeAsync(patience.Token)) await change;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _pki.Dispose();
    }
}
