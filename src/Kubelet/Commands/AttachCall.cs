using Grpc.Core;

using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Commands;

/// <summary>One Attach: the streams of a container's first process on the wire, until the container ends or the caller leaves.</summary>
internal sealed class AttachCall(NodeAgent node, CommandStart start)
{
    /// <exception cref="RefusedException">The container does not run; thrown before anything is answered.</exception>
    public async Task RunAsync(IAsyncStreamReader<CommandInput> requests, IServerStreamWriter<CommandOutput> responses, CancellationToken ct)
    {
        var container = await RunningContainers.FindAsync(node, start.PodNamespace, start.PodName, start.Container, ct)
            ?? throw new RefusedException($"container {start.Container} not found in pod {start.PodName}_{start.PodNamespace}");
        await CommandWire.RunAsync(start, requests, responses, (streams, ending) => JoinAsync(container, streams, ending), ct);
    }

    private async Task<CommandResult> JoinAsync(string container, ContainerStreams streams, CancellationToken ct)
    {
        try
        {
            await node.Runtime.AttachAsync(container, streams, ct);
            return new();
        }
        catch (RuntimeException exception)
        {
            return new() { Failure = $"error attaching to container: {exception.Message}" };
        }
    }
}
