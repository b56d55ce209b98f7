using Grpc.Core;

using MiniK8s.Kubelet.Commands;
using MiniK8s.Kubelet.Logs;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PortForwarding;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Api;

/// <summary>minik8s.v1.Kubelet: what the apiserver asks of the nodes of this process.</summary>
internal sealed class KubeletService(NodeHost nodes, LogReader logs, TimeProvider time) : Protocol.V1.Kubelet.KubeletBase
{
    public override Task ContainerLogs(ContainerLogsRequest request, IServerStreamWriter<ContainerLogsChunk> responseStream, ServerCallContext context) =>
        RefusableAsync(async () =>
        {
            await foreach (var chunk in logs.ReadAsync(NodeOf(request.Node), request, context.CancellationToken))
            {
                await responseStream.WriteAsync(new ContainerLogsChunk { Data = chunk }, context.CancellationToken);
            }
        });

    public override Task Exec(IAsyncStreamReader<CommandInput> requestStream, IServerStreamWriter<CommandOutput> responseStream, ServerCallContext context) =>
        RefusableAsync(async () =>
        {
            var start = await FirstAsync(requestStream, input => input.Start, context);
            await new ExecCall(NodeOf(start.Node), start).RunAsync(requestStream, responseStream, context.CancellationToken);
        });

    public override Task Attach(IAsyncStreamReader<CommandInput> requestStream, IServerStreamWriter<CommandOutput> responseStream, ServerCallContext context) =>
        RefusableAsync(async () =>
        {
            var start = await FirstAsync(requestStream, input => input.Start, context);
            await new AttachCall(NodeOf(start.Node), start).RunAsync(requestStream, responseStream, context.CancellationToken);
        });

    public override Task PortForward(IAsyncStreamReader<ForwardInput> requestStream, IServerStreamWriter<ForwardOutput> responseStream, ServerCallContext context) =>
        RefusableAsync(async () =>
        {
            var start = await FirstAsync(requestStream, input => input.Start, context);
            await new ForwardCall(NodeOf(start.Node), start).RunAsync(requestStream, responseStream, context.CancellationToken);
        });

    public override Task<StatsResponse> Stats(StatsRequest request, ServerCallContext context) =>
        new StatsCall(NodeOf(request.Node), time).RunAsync(context.CancellationToken);

    private NodeAgent NodeOf(string name) => nodes.Find(name) ?? throw KubeletErrors.UnknownNode(name);

    private static async Task<TStart> FirstAsync<T, TStart>(IAsyncStreamReader<T> requests, Func<T, TStart?> startOf, ServerCallContext context)
        where TStart : class =>
        await requests.MoveNext(context.CancellationToken) && startOf(requests.Current) is { } start ? start : throw KubeletErrors.OutOfOrder("start");

    private static async Task RefusableAsync(Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (RefusedException refused)
        {
            throw KubeletErrors.Refused(refused);
        }
    }
}
