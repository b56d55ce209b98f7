using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MiniK8s.Grpc.Abstractions.Tests;

/// <summary>A real Kestrel on a free loopback port, HTTP/2 without TLS, and a channel to it.</summary>
public sealed class EchoServer : IAsyncLifetime
{
    private readonly WebApplication _app;
    private GrpcChannel? _channel;

    public EchoServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<EchoService>();
    }

    public GrpcChannel Channel => _channel!;

    internal Echo.EchoClient Client => new(Channel);

    internal Echo.EchoClient ClientThrough(Interceptor interceptor) => new(Channel.Intercept(interceptor));

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        _channel = GrpcChannel.ForAddress(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async Task DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
    }
}
