using Grpc.Core;

using MiniK8s.Kubelet.Node;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Logs;

/// <summary>minik8s.v1.Kubelet: what the apiserver asks of the nodes of this process.</summary>
internal sealed class KubeletService(NodeHost nodes, LogReader logs) : Protocol.V1.Kubelet.KubeletBase
{
    public override async Task ContainerLogs(ContainerLogsRequest request, IServerStreamWriter<ContainerLogsChunk> responseStream, ServerCallContext context)
    {
        if (nodes.Find(request.Node) is not { } node) throw KubeletErrors.UnknownNode(request.Node);
        try
        {
            await foreach (var chunk in logs.ReadAsync(node, request, context.CancellationToken))
            {
                await responseStream.WriteAsync(new ContainerLogsChunk { Data = chunk }, context.CancellationToken);
            }
        }
        catch (LogRefusedException refused)
        {
            throw KubeletErrors.Refused(refused);
        }
    }
}
