using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Watch service: one <see cref="WatchStream"/> per call.</summary>
internal sealed class WatchService(
    WatchHub hub, MvccStore store, ResponseHeaders headers, StoreOptions options, TimeProvider time)
{
    /// <summary>Serves the stream until the client leaves or the process stops. As in etcd, a client that is done sending may go on reading.</summary>
    public async Task WatchAsync(IAsyncStreamReader<WatchRequest> requests, IServerStreamWriter<WatchMessage> responses, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var stream = new WatchStream(hub, store, options, time);
        var receiving = ReceiveAsync(requests, stream, ended);
        try
        {
            await stream.RunAsync(message => SendAsync(message, responses, ended.Token), ended.Token);
        }
        catch (Exception ex) when (ended.IsCancellationRequested && (ex is OperationCanceledException or IOException or InvalidOperationException))
        {
            await receiving;        // a request that could not be read says why
            throw EtcdErrors.WatchCanceled.ToException();
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task SendAsync(WatchMessage message, IServerStreamWriter<WatchMessage> responses, CancellationToken ct)
    {
        headers.Sign(message.Head.Header);
        await Fail.AtAsync(Failpoint.WatchSend, ct);
        await responses.WriteAsync(message, ct);
    }

    private static async Task ReceiveAsync(IAsyncStreamReader<WatchRequest> requests, WatchStream stream, CancellationTokenSource ended)
    {
        try
        {
            while (await requests.MoveNext(ended.Token)) await stream.ReceiveAsync(requests.Current, ended.Token);
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException)
        {
            await ended.CancelAsync();      // the client is gone, or we are stopping
        }
        catch (RpcException)
        {
            await ended.CancelAsync();
            throw;
        }
    }
}
