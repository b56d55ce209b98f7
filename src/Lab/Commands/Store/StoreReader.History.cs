using System.Runtime.CompilerServices;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Lab.Processes;
using MiniK8s.Protocol.Etcd;

using EtcdWatch = MiniK8s.Protocol.Etcd.Watch;

namespace MiniK8s.Lab.Commands.Store;

/// <content>A key's past, which etcd has no call for: it is what a watch from long ago says.</content>
internal sealed partial class StoreReader
{
    /// <summary>Every version of a key that the store still has, oldest first, deletions among them; those after this call are left out.</summary>
    /// <remarks>
    /// A watch does not say when it has caught up (etcd's progress answers do so reliably from 3.5.8 on only), so the end must be an event
    /// known to come: for a key that exists its last write, for one that does not the store's last write, whatever its key. The latter
    /// reads the store's whole history, one message in memory at a time. The history before a compaction is gone but for the version that
    /// was current then, which comes first.
    /// </remarks>
    public async IAsyncEnumerable<KeyVersion> HistoryAsync(ByteString key, [EnumeratorCancellation] CancellationToken ct)
    {
        var read = await RangeAsync(new RangeRequest { Key = key }, ct);
        var current = read.Kvs.FirstOrDefault();
        var watched = current is null ? WholeKeySpace : key;
        var last = current?.ModRevision ?? read.Header.Revision;
        var start = 1L;
        while (start <= last)
        {
            var compacted = 0L;
            await foreach (var answer in WatchAsync(watched, start, ct))
            {
                if ((compacted = answer.CompactRevision) > 0) break;
                foreach (var change in answer.Events)
                {
                    if (change.Kv.Key == key && change.Kv.ModRevision <= last) yield return KeyVersion.Of(change);
                }
                if (answer.Events.Count > 0 && answer.Events[^1].Kv.ModRevision >= last && !answer.Fragment) yield break;
            }
            if (start > 1) throw new LabException($"The store at {Address} compacted its history to revision {compacted} while it was read; run the command again");
            if (await GetAsync(key, compacted, ct) is { } kept) yield return new KeyVersion(kept.ModRevision, kept);
            start = compacted + 1;
        }
    }

    // Known to have compacted: a watch from the first revision is told how far.
    private async Task<long> CompactRevisionAsync(CancellationToken ct)
    {
        await foreach (var answer in WatchAsync(WholeKeySpace, 1, ct))
        {
            if (answer.CompactRevision > 0) return answer.CompactRevision;
        }
        throw new LabException($"The store at {Address} ended a watch");
    }

    // Ends only by an answer with a compact revision, an exception, or the caller's leaving.
    private async IAsyncEnumerable<WatchResponse> WatchAsync(ByteString key, long start, [EnumeratorCancellation] CancellationToken ct)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var call = new EtcdWatch.WatchClient(_channel).Watch(cancellationToken: leaving.Token);
        var create = new WatchCreateRequest { Key = key, StartRevision = start, Fragment = true };
        if (key == WholeKeySpace) create.RangeEnd = WholeKeySpace;
        await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = create }, ct);
        while (true)
        {
            var answer = await NextAsync(call.ResponseStream, ct);
            if (answer is { Canceled: true, CompactRevision: 0 }) throw new LabException($"The store at {Address} ended a watch: {answer.CancelReason}");
            yield return answer;
        }
    }

    private async Task<WatchResponse> NextAsync(IAsyncStreamReader<WatchResponse> answers, CancellationToken ct)
    {
        try
        {
            if (await answers.MoveNext(ct).WaitAsync(Patience, _time, ct)) return answers.Current;
            throw new LabException($"The store at {Address} ended a watch");
        }
        catch (TimeoutException)
        {
            throw new LabException($"The store at {Address} did not answer within {Patience.TotalSeconds} s");
        }
        catch (RpcException refusal)
        {
            ct.ThrowIfCancellationRequested();
            throw Refused(refusal.Status);
        }
    }
}
