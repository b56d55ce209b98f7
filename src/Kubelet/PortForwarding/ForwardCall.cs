using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Commands;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.PortForwarding;

/// <summary>One PortForward: a connection to a port of a pod, its bytes on the wire. Ends with the connection, or with the caller.</summary>
internal sealed class ForwardCall(NodeAgent node, ForwardStart start)
{
    private const int MaxPiece = 32 << 10;

    /// <exception cref="RefusedException">There is no connection to be had; thrown before anything is answered.</exception>
    public async Task RunAsync(IAsyncStreamReader<ForwardInput> requests, IServerStreamWriter<ForwardOutput> responses, CancellationToken ct)
    {
        await using var connection = await DialAsync(ct);
        await responses.WriteAsync(new() { Connected = new() }, ct);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var sending = SendAsync(requests, connection, ending.Token);
        try
        {
            var buffer = new byte[MaxPiece];
            while (await connection.ReadAsync(buffer, ct) is var count and > 0)
                await responses.WriteAsync(new() { Data = ByteString.CopyFrom(buffer, 0, count) }, ct);
        }
        finally
        {
            await ending.CancelAsync();
            await sending;
        }
    }

    private static async Task SendAsync(IAsyncStreamReader<ForwardInput> requests, PodConnection connection, CancellationToken ct)
    {
        try
        {
            while (await requests.MoveNext(ct) && requests.Current.PartCase == ForwardInput.PartOneofCase.Data)
                await connection.WriteAsync(requests.Current.Data.Memory, ct);
            connection.CloseSending();
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException or RpcException)
        {
            // The pod reads no more, or the caller has left; the reading side says which.
        }
    }

    // What containerd says, who makes the connection inside the pod's own network.
    private async Task<PodConnection> DialAsync(CancellationToken ct)
    {
        var pod = RunningContainers.PodOf(node, start.PodNamespace, start.PodName);
        var seen = await RuntimePod.ObserveAsync(node.Runtime, pod, ct);
        if (seen.ReadySandbox is not { } sandbox) throw new RefusedException($"no ready sandbox of pod {start.PodName}_{start.PodNamespace}");
        try
        {
            return await node.Network.DialAsync(pod.Spec.HostNetwork ? "127.0.0.1" : sandbox.Ip, start.Port, ct);
        }
        catch (IOException exception)
        {
            var why = exception.Message[(exception.Message.IndexOf("connect:", StringComparison.Ordinal) is var at and >= 0 ? at : 0)..];
            throw new RefusedException(
                $"error forwarding port {start.Port} to pod {sandbox.Id}, uid : failed to execute portforward in network namespace \"/var/run/netns/{pod.Metadata.Uid}\": "
                + $"failed to connect to localhost:{start.Port} inside namespace \"{sandbox.Id}\", IPv4: dial tcp4 127.0.0.1:{start.Port}: {why} "
                + "IPv6 dial tcp6: address localhost: no suitable address found ");
        }
    }
}
