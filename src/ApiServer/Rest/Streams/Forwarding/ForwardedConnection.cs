using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Forwarding;

/// <summary>Copies one connection's bytes between a user and a pod; one PortForward call.</summary>
internal sealed class ForwardedConnection(Kubelet.KubeletClient kubelet, ForwardStart start, IForwardedEnd user, IdleWatch idle)
{
    private const int MaxPiece = 32 << 10;

    /// <summary>Runs until the pod has closed, or the user has given it up; throws nothing.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, user.Broken);
        using var call = kubelet.PortForward(cancellationToken: ending.Token);
        var sending = Task.CompletedTask;
        string? failure = null;
        try
        {
            await call.RequestStream.WriteAsync(new() { Start = start });
            while (await call.ResponseStream.MoveNext(ending.Token))
            {
                var output = call.ResponseStream.Current;
                idle.Touch();
                if (output.Connected is not null) sending = SendAsync(call.RequestStream, ending.Token);
                else await user.WriteAsync(output.Data.Memory, ending.Token);
            }
        }
        catch (RpcException ex) when (!ending.IsCancellationRequested)
        {
            failure = ex.Status.Detail;
        }
        catch (Exception ex) when (ex is RpcException or IOException or OperationCanceledException)
        {
            // The user has left.
        }
        await ending.CancelAsync();
        await sending;
        await EndAsync(failure, ct);
    }

    private async Task SendAsync(IClientStreamWriter<ForwardInput> requests, CancellationToken ct)
    {
        try
        {
            var buffer = new byte[MaxPiece];
            await using var input = user.Input.AsStream(leaveOpen: true);
            while (await input.ReadAsync(buffer, ct) is var count and > 0)
            {
                idle.Touch();
                await requests.WriteAsync(new() { Data = ByteString.CopyFrom(buffer, 0, count) }, ct);
            }
            await requests.WriteAsync(new() { End = new() }, ct);
        }
        catch (Exception ex) when (ex is RpcException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The pod takes no more, or the user has left: the reading side knows which.
        }
    }

    private async Task EndAsync(string? failure, CancellationToken ct)
    {
        try
        {
            if (failure is not null) await user.FailAsync(failure, ct);
            await user.EndAsync(ct);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The user has left without waiting for it.
        }
    }
}
