using System.Security.Cryptography.X509Certificates;

using Google.Protobuf;

using Grpc.Core;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

/// <summary>A kubelet's API on a free loopback port, over TLS with client certificates; the test says what it answers.</summary>
internal sealed class FakeKubelet : Kubelet.KubeletBase, IAsyncDisposable
{
    private WebApplication _app = null!;

    /// <summary>What a log request gets.</summary>
    public Func<IServerStreamWriter<ContainerLogsChunk>, Task> Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>What an Exec or Attach does, from its first message on.</summary>
    public Func<IAsyncStreamReader<CommandInput>, IServerStreamWriter<CommandOutput>, ServerCallContext, Task> Command { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What a PortForward does, from its first message on.</summary>
    public Func<IAsyncStreamReader<ForwardInput>, IServerStreamWriter<ForwardOutput>, ServerCallContext, Task> Connection { get; set; } = (_, _, _) => Task.CompletedTask;

    public ContainerLogsRequest? Asked { get; private set; }

    /// <summary>Who asked, by certificate.</summary>
    public string? Client { get; private set; }

    public int Port { get; private set; }

    public static ContainerLogsChunk Chunk(string text) => new() { Data = ByteString.CopyFromUtf8(text) };

    public static async Task<FakeKubelet> StartAsync((string Certificate, string Key) identity)
    {
        using var pem = X509Certificate2.CreateFromPemFile(identity.Certificate, identity.Key);
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var kubelet = new FakeKubelet();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        builder.Services.AddRouting().AddLogging().AddSingleton(kubelet).AddGrpc();
        kubelet._app = builder.Build();
        kubelet._app.UseRouting();
        kubelet._app.MapGrpcService<FakeKubelet>();
        await kubelet._app.StartAsync();
        var address = kubelet._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        kubelet.Port = new Uri(address).Port;
        return kubelet;
    }

    public override Task ContainerLogs(ContainerLogsRequest request, IServerStreamWriter<ContainerLogsChunk> responseStream, ServerCallContext context)
    {
        Asked = request;
        Client = context.GetHttpContext().Connection.ClientCertificate?.Subject;
        return Answer(responseStream);
    }

    public override Task Exec(IAsyncStreamReader<CommandInput> requestStream, IServerStreamWriter<CommandOutput> responseStream, ServerCallContext context) =>
        Command(requestStream, responseStream, context);

    public override Task Attach(IAsyncStreamReader<CommandInput> requestStream, IServerStreamWriter<CommandOutput> responseStream, ServerCallContext context) =>
        Command(requestStream, responseStream, context);

    public override Task PortForward(IAsyncStreamReader<ForwardInput> requestStream, IServerStreamWriter<ForwardOutput> responseStream, ServerCallContext context) =>
        Connection(requestStream, responseStream, context);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
