using System.Threading.Channels;

using Google.Protobuf;

using Grpc.Core;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using MiniK8s.Client.Connection;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

using Status = MiniK8s.Protocol.Meta.V1.Status;

namespace MiniK8s.Client.Tests.Resources;

// The Pods service on a loopback port: one pod, one refusal, one watch.
internal sealed class FakePodsServer : Pods.PodsBase, IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakePodsServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<FakePodsServer>();
    }

    public Channel<IMessage> Requests { get; } = Channel.CreateUnbounded<IMessage>();

    public KubeConfig Config => new(new Uri(
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));

    public static async Task<FakePodsServer> StartAsync()
    {
        var server = new FakePodsServer();
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public override Task<Pod> Create(CreatePodRequest request, ServerCallContext context) => Answer(request, request.Object);

    public override Task<Pod> Patch(PatchRequest request, ServerCallContext context) => Answer(request, A.Pod(request.Name, "8"));

    public override Task<Status> Bind(BindRequest request, ServerCallContext context) => Answer(request, new Status { Status_ = "Success" });

    public override Task<PodList> List(ListRequest request, ServerCallContext context) => Answer(request, new PodList
    {
        Metadata = new ListMeta { ResourceVersion = "7", Continue = "more" },
        Items = { A.Pod("a"), A.Pod("b") },
    });

    public override Task<Pod> Get(GetRequest request, ServerCallContext context)
    {
        var status = new Status { Status_ = "Failure", Code = 404, Reason = "NotFound", Message = $"pods \"{request.Name}\" not found" };
        throw new RpcException(
            new Grpc.Core.Status(StatusCode.NotFound, status.Message), new Metadata { { "minik8s-status-bin", status.ToByteArray() } });
    }

    public override async Task<Pod> Delete(DeleteRequest request, ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new Pod();
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<PodWatchEvent> responseStream, ServerCallContext context)
    {
        Requests.Writer.TryWrite(request);
        await responseStream.WriteAsync(new PodWatchEvent { Type = WatchEventType.Added, Object = A.Pod("a", "9") });
        await responseStream.WriteAsync(new PodWatchEvent { Type = WatchEventType.Bookmark, Object = A.Pod("", "10") });
    }

    private Task<T> Answer<T>(IMessage request, T answer)
    {
        Requests.Writer.TryWrite(request);
        return Task.FromResult(answer);
    }
}
