using System.Security.Cryptography.X509Certificates;

using Grpc.Net.Client;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using MiniK8s.ApiServer.Tests.Rest.Serving;
using MiniK8s.Hosting;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Ports;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

/// <summary>The whole apiserver in this process over the store of the running test, spoken to by the generated clients and over REST.</summary>
internal sealed class GrpcApiServer : IAsyncDisposable
{
    private readonly Pki _pki = new();
    private readonly WebApplication _app;
    private GrpcChannel _channel = null!;

    private GrpcApiServer(StoreServer store, Action<IServiceCollection> replace, string[] flags)
    {
        Store = store;
        var builder = MiniK8sProcess.CreateBuilder(
            "apiserver",
            ["--etcd-servers", store.Endpoint, "--secure-port", "0", "--insecure-grpc-port", "-1", "--client-ca-file", _pki.Authority, "--log-level", "error", .. flags]);
        builder.AddApiServer();
        replace(builder.Services);
        _app = builder.Build();
        _app.MapApiServer();
    }

    public StoreServer Store { get; }

    public Pods.PodsClient Pods => new(_channel);

    public Nodes.NodesClient Nodes => new(_channel);

    public Deployments.DeploymentsClient Deployments => new(_channel);

    public PriorityClasses.PriorityClassesClient PriorityClasses => new(_channel);

    public ConfigMaps.ConfigMapsClient ConfigMaps => new(_channel);

    public Secrets.SecretsClient Secrets => new(_channel);

    public Protocol.V1.Audit.AuditClient Audit => new(_channel);

    public ProcessHealth Health => _app.Services.GetRequiredService<ProcessHealth>();

    /// <param name="flags">More of the apiserver's flags.</param>
    public static Task<GrpcApiServer> StartAsync(params string[] flags) => StartAsync(StoreUnderTest.Kind, flags);

    /// <inheritdoc cref="StartAsync(string[])"/>
    public static Task<GrpcApiServer> StartAsync(StoreKind store, params string[] flags) => StartAsync(store, _ => { }, flags);

    /// <inheritdoc cref="StartAsync(string[])"/>
    /// <param name="replace">Adds rooms that take the place of the server's own.</param>
    public static async Task<GrpcApiServer> StartAsync(StoreKind store, Action<IServiceCollection> replace, params string[] flags)
    {
        var server = new GrpcApiServer(await StoreServer.StartAsync(store), replace, flags);
        await server._app.StartAsync();
        server._channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.InsecurePort}");
        await server.ReadyAsync();
        await new ServiceAccounts.ServiceAccountsClient(server._channel).CreateAsync(
            new() { Namespace = "default", Object = new ServiceAccount { Metadata = new() { Name = "default" } } });
        return server;
    }

    /// <summary>The channel of the generated clients, as administrator.</summary>
    public GrpcChannel Channel => _channel;

    /// <summary>A channel over TLS, as nobody.</summary>
    public GrpcChannel SecureChannel() => GrpcChannel.ForAddress($"https://127.0.0.1:{SecurePort}", new()
    {
        HttpHandler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true },
    });

    /// <summary>The port of TLS.</summary>
    public int SecurePort => _app.Services.GetRequiredService<PortBook>().Numbers[ApiServerPorts.Secure];

    /// <summary>The port of gRPC without TLS.</summary>
    public int InsecurePort => _app.Services.GetRequiredService<PortBook>().Numbers[ApiServerPorts.InsecureGrpc];

    /// <summary>A service of the server.</summary>
    public T Service<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>REST as the user of a certificate, for example <c>O=system:masters, CN=alice</c>; as nobody without one.</summary>
    public HttpClient Rest(string? subject = null)
    {
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        if (subject is not null) handler.ClientCertificates.Add(Certificate(subject));
        return new HttpClient(handler) { BaseAddress = new($"https://127.0.0.1:{SecurePort}"), Timeout = Patience.Limit };
    }

    /// <summary>A certificate the server trusts.</summary>
    public X509Certificate2 Certificate(string subject)
    {
        var (certificate, key) = _pki.Issue(subject);
        return X509Certificate2.CreateFromPemFile(certificate, key);
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
        _pki.Dispose();
    }
}
