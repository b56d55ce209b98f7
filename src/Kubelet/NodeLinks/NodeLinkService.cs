using Grpc.Core;

using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.NodeLinks;

/// <summary>minik8s.v1.NodeLink: the way to this process's pods, for kubelets of other nodes.</summary>
internal sealed class NodeLinkService(VirtualNetwork network, IHostApplicationLifetime lifetime) : NodeLink.NodeLinkBase
{
    public override async Task Connect(IAsyncStreamReader<LinkMessage> requestStream, IServerStreamWriter<LinkMessage> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Start is not { } start) throw Failed(StatusCode.InvalidArgument, "the next message must be start");
        var dialled = network.DialHere(start.From, start.Address, start.Port);
        if (!dialled.IsThere) throw Failed(StatusCode.NotFound, $"{start.Address} is no address of this process");
        if (dialled.Connection is not { } connection) throw Failed(StatusCode.FailedPrecondition, $"nobody listens on {start.Address}:{start.Port}");

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await responseStream.WriteAsync(new LinkMessage { Connected = new() }, ending.Token);
        await new LinkedConnection(connection, requestStream, responseStream).CarryAsync(ending.Token);
    }

    public override Task<LinkPong> Ping(LinkPing request, ServerCallContext context) => Task.FromResult(new LinkPong { IsThere = network.IsHere(request.Address) });

    private static RpcException Failed(StatusCode code, string message) => new(new Grpc.Core.Status(code, message));
}
