using Grpc.Core;

using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Commands;

/// <summary>One Exec: a command in a running container, with its streams on the wire. A caller that leaves kills the command.</summary>
internal sealed class ExecCall(NodeAgent node, CommandStart start)
{
    /// <exception cref="RefusedException">Nothing runs that the command could run in; thrown before anything is answered.</exception>
    public async Task RunAsync(IAsyncStreamReader<CommandInput> requests, IServerStreamWriter<CommandOutput> responses, CancellationToken ct)
    {
        var container = await RunningContainers.FindAsync(node, start.PodNamespace, start.PodName, start.Container, ct)
            ?? throw new RefusedException($"container not found (\"{start.Container}\")");
        if (start.Command.Count == 0) throw new RefusedException("command is required");
        await CommandWire.RunAsync(start, requests, responses, (streams, ending) => ExecuteAsync(container, streams, ending), ct);
    }

    private async Task<CommandResult> ExecuteAsync(string container, ContainerStreams streams, CancellationToken ct)
    {
        try
        {
            return new() { ExitCode = await node.Runtime.ExecAsync(container, new ExecRequest(start.Command, start.Tty), streams, ct) };
        }
        catch (RuntimeException exception)
        {
            return new() { Failure = $"error executing command in container: {exception.Message}" };
        }
    }
}
