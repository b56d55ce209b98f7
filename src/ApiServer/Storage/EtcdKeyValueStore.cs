using System.Net.Sockets;
using System.Runtime.CompilerServices;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

using EtcdLease = MiniK8s.Protocol.Etcd.Lease;

namespace MiniK8s.ApiServer.Storage;

/// <summary>The store over etcd's v3 gRPC API: a real etcd or ours, one member or a cluster.</summary>
internal sealed class EtcdKeyValueStore(EtcdEndpoints endpoints, EtcdOptions options, TimeProvider time) : IKeyValueStore
{
    private static readonly ByteString WholeKeySpace = ByteString.CopyFrom(0);

    /// <inheritdoc/>
    public async Task<RangePage> RangeAsync(StoreRange range, CancellationToken ct)
    {
        var request = new RangeRequest
        {
            Key = ByteString.CopyFromUtf8(range.Key),
            RangeEnd = ByteString.CopyFromUtf8(range.End),
            Limit = range.Limit,
            Revision = range.Revision,
            CountOnly = range.CountOnly,
        };
        var answer = await CallAsync(isRead: true, (channel, call) => new KV.KVClient(channel).RangeAsync(request, call), ct);
        return new RangePage(answer.Kvs, answer.More, answer.Count, answer.Header.Revision, answer.Header.ClusterId);
    }

    /// <inheritdoc/>
    public Task<WriteOutcome> PutIfUnchangedAsync(
        string key, long modRevision, ByteString value, long lease, ClaimChanges claims, CancellationToken ct)
    {
        var put = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = value, Lease = lease };
        return TransactAsync(put.Key, modRevision, new RequestOp { RequestPut = put }, claims, ct);
    }

    /// <inheritdoc/>
    public Task<WriteOutcome> DeleteIfUnchangedAsync(string key, long modRevision, ClaimChanges claims, CancellationToken ct)
    {
        var delete = DeleteOf(ByteString.CopyFromUtf8(key));
        return TransactAsync(delete.RequestDeleteRange.Key, modRevision, delete, claims, ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEvents> WatchAllAsync(long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        var channel = endpoints.Current;
        using var call = new Watch.WatchClient(channel).Watch(cancellationToken: ct);
        var create = new WatchCreateRequest
        {
            Key = WholeKeySpace, RangeEnd = WholeKeySpace, StartRevision = fromRevision, PrevKv = true,
        };
        await GuardAsync(channel, () => call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = create }, ct), ct);
        while (await GuardAsync(channel, () => call.ResponseStream.MoveNext(ct), ct))
        {
            var answer = call.ResponseStream.Current;
            if (answer.CompactRevision > 0) throw new CompactedException(answer.CompactRevision);
            if (answer.Canceled) throw StoreErrors.WatchEnded(endpoints.Addresses, answer.CancelReason);
            // The header's revision may run ahead of a batch, so only the events say how far all is seen.
            if (answer.Events.Count > 0) yield return new StoreEvents(answer.Events[^1].Kv.ModRevision, answer.Events);
        }
        throw StoreErrors.WatchEnded(endpoints.Addresses, "the stream was closed");
    }

    /// <inheritdoc/>
    public async Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct)
    {
        var request = new LeaseGrantRequest { TTL = (long)timeToLive.TotalSeconds };
        var answer = await CallAsync(
            isRead: false, (channel, call) => new EtcdLease.LeaseClient(channel).LeaseGrantAsync(request, call), ct);
        return answer.ID;
    }

    /// <inheritdoc/>
    public async Task CompactAsync(long revision, CancellationToken ct)
    {
        var request = new CompactionRequest { Revision = revision };
        try
        {
            await CallAsync(isRead: false, (channel, call) => new KV.KVClient(channel).CompactAsync(request, call), ct);
        }
        catch (CompactedException)
        {
            // Another apiserver was faster, or the store compacts by itself.
        }
    }

    private async Task<WriteOutcome> TransactAsync(
        ByteString key, long modRevision, RequestOp write, ClaimChanges claims, CancellationToken ct)
    {
        var taken = claims.Taken.Select(ByteString.CopyFromUtf8).ToArray();
        var request = new TxnRequest { Compare = { IsAt(key, modRevision) }, Success = { write }, Failure = { ReadOf(key) } };
        request.Compare.Add(taken.Select(claim => IsAt(claim, 0)));
        request.Success.Add(taken.Select(claim => new RequestOp { RequestPut = new PutRequest { Key = claim, Value = key } }));
        request.Success.Add(claims.GivenBack.Select(claim => DeleteOf(ByteString.CopyFromUtf8(claim))));
        request.Failure.Add(taken.Select(ReadOf));

        var answer = await CallAsync(isRead: false, (channel, call) => new KV.KVClient(channel).TxnAsync(request, call), ct);
        if (answer.Succeeded) return new WriteOutcome(true, answer.Header.Revision, null);
        var found = answer.Responses.Select(response => response.ResponseRange.Kvs.FirstOrDefault()).ToArray();
        var heldByOthers = found.Skip(1).FirstOrDefault(holder => holder is not null);
        return new WriteOutcome(false, answer.Header.Revision, found[0], heldByOthers?.Key.ToStringUtf8());
    }

    private static Compare IsAt(ByteString key, long modRevision) => new()
    {
        Key = key, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = modRevision,
    };

    private static RequestOp ReadOf(ByteString key) => new() { RequestRange = new RangeRequest { Key = key } };

    private static RequestOp DeleteOf(ByteString key) => new() { RequestDeleteRange = new DeleteRangeRequest { Key = key } };

    // A read is tried once on every member; a write goes to the next member only if it certainly never left this process.
    private async Task<T> CallAsync<T>(bool isRead, Func<ChannelBase, CallOptions, AsyncUnaryCall<T>> send, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var channel = endpoints.Current;
            try
            {
                using var limit = new CancellationTokenSource(options.RequestTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
                return await send(channel, new CallOptions(cancellationToken: either.Token)).ResponseAsync;
            }
            catch (RpcException ex) when (ct.IsCancellationRequested)
            {
                throw new OperationCanceledException(ex.Message, ex, ct);
            }
            catch (RpcException ex)
            {
                if (ex.StatusCode == StatusCode.Unavailable) endpoints.MoveOn(channel);
                var mayRepeat = ex.StatusCode == StatusCode.Unavailable && (isRead || NeverSent(ex));
                if (!mayRepeat || attempt >= endpoints.Addresses.Count) throw StoreErrors.From(ex, endpoints.Addresses);
            }
        }
    }

    private async Task<bool> GuardAsync(ChannelBase channel, Func<Task<bool>> step, CancellationToken ct)
    {
        try
        {
            return await step();
        }
        catch (RpcException ex)
        {
            if (ct.IsCancellationRequested) throw new OperationCanceledException(ex.Message, ex, ct);
            if (ex.StatusCode == StatusCode.Unavailable) endpoints.MoveOn(channel);
            throw StoreErrors.From(ex, endpoints.Addresses);
        }
    }

    private Task GuardAsync(ChannelBase channel, Func<Task> step, CancellationToken ct) =>
        GuardAsync(channel, async () => { await step(); return true; }, ct);

    private static bool NeverSent(RpcException ex) =>
        ex.Status.DebugException is SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
}
