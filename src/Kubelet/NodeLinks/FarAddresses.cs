using Grpc.Core;

using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.NodeLinks;

/// <summary>Pods of other kubelet processes, reached through those.</summary>
internal sealed class FarAddresses(NodeRoutes routes, NodeChannels channels) : IFarAddresses
{
    public async Task<FarDial> DialAsync(string from, string ip, int port, CancellationToken ct)
    {
        foreach (var kubelet in await routes.FindAsync(ip, ct))
        {
            if (await DialAsync(kubelet, new LinkStart { From = from, Address = ip, Port = port }, ct) is { IsThere: true } answer) return answer;
        }
        return default;
    }

    public async Task<bool> AnswersPingAsync(string ip, CancellationToken ct)
    {
        foreach (var kubelet in await routes.FindAsync(ip, ct))
        {
            try
            {
                if ((await channels.At(kubelet).PingAsync(new LinkPing { Address = ip }, cancellationToken: ct)).IsThere) return true;
            }
            catch (RpcException exception) when (!ct.IsCancellationRequested)
            {
                ForgetIfGone(exception);
            }
        }
        return false;
    }

    private async Task<FarDial> DialAsync(string kubelet, LinkStart start, CancellationToken ct)
    {
        // The call lives for as long as the connection, whoever waits for it to come about.
        var call = channels.At(kubelet).Connect(cancellationToken: CancellationToken.None);
        try
        {
            await call.RequestStream.WriteAsync(new LinkMessage { Start = start }, ct);
            if (!await call.ResponseStream.MoveNext(ct)) throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "ended without an answer"));
        }
        catch (RpcException exception)
        {
            call.Dispose();
            ct.ThrowIfCancellationRequested();
            ForgetIfGone(exception);
            return new FarDial(IsThere: exception.StatusCode == StatusCode.FailedPrecondition, null);
        }
        catch (OperationCanceledException)
        {
            call.Dispose();
            throw;
        }
        var (near, far) = Connection.Create(start.From, $"{start.Address}:{start.Port}");
        _ = CarryAsync(call, far);       // ends with the connection, or with the call
        return new FarDial(IsThere: true, near);
    }

    private static async Task CarryAsync(AsyncDuplexStreamingCall<LinkMessage, LinkMessage> call, Connection far)
    {
        using (call)
        {
            if (!await new LinkedConnection(far, call.ResponseStream, call.RequestStream).CarryAsync(CancellationToken.None)) return;
            try
            {
                // The call goes only when the other side has taken all of it and has answered with its end.
                await call.RequestStream.CompleteAsync();
                await call.ResponseStream.MoveNext(CancellationToken.None);
            }
            catch (RpcException)
            {
                // The other process is going: nobody waits for this connection any more.
            }
        }
    }

    private void ForgetIfGone(RpcException exception)
    {
        if (exception.StatusCode == StatusCode.Unavailable) routes.Forget();
    }
}
