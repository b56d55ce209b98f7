using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.NodeLinks;

/// <summary>A connection whose other side is in another process: its bytes on the wire, both ways. Client and server carry it alike.</summary>
/// <remarks>
/// seen                               | done
/// -----------------------------------+---------------------------------------------------
/// one side has no more to send       | end goes to the other; the other direction stays
/// both sides have no more to send    | over
/// the call breaks, or a side closes  | over: the near side reads its end at once
/// </remarks>
internal sealed class LinkedConnection(Connection near, IAsyncStreamReader<LinkMessage> incoming, IAsyncStreamWriter<LinkMessage> outgoing)
{
    private const int MaxPiece = 32 << 10;

    /// <summary>Returns when it is over, and has closed the near side then.</summary>
    /// <returns>Whether both sides have said all they had to; else the connection broke.</returns>
    public async Task<bool> CarryAsync(CancellationToken ct)
    {
        await using (near)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
            return (await Task.WhenAll(EndsWellAsync(SendAsync, ending), EndsWellAsync(ReceiveAsync, ending))).All(endedWell => endedWell);
        }
    }

    private async Task SendAsync(CancellationToken ct)
    {
        var buffer = new byte[MaxPiece];
        while (await near.ReadAsync(buffer, ct) is var count and > 0) await outgoing.WriteAsync(new() { Data = ByteString.CopyFrom(buffer, 0, count) }, ct);
        await outgoing.WriteAsync(new() { End = new() }, ct);
    }

    private async Task ReceiveAsync(CancellationToken ct)
    {
        while (await incoming.MoveNext(ct))
        {
            if (incoming.Current.PartCase != LinkMessage.PartOneofCase.Data)
            {
                near.CloseSending();
                return;
            }
            await near.WriteAsync(incoming.Current.Data.Memory, ct);
        }
        throw new IOException("the other side has gone without an end");
    }

    // What breaks one direction breaks both.
    private static async Task<bool> EndsWellAsync(Func<CancellationToken, Task> direction, CancellationTokenSource ending)
    {
        try
        {
            await direction(ending.Token);
            return true;
        }
        catch (Exception ex) when (ex is IOException or RpcException or OperationCanceledException or InvalidOperationException)
        {
            await ending.CancelAsync();
            return false;
        }
    }
}
