using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>What a server answers to a request, in a form that can be compared: field by field, or the error's code and text.</summary>
/// <remarks>
/// Tolerated, each with its reason:
/// <list type="bullet">
/// <item>cluster id, member id and raft term: they name the server;</item>
/// <item>the seconds a lease has left: the two answers are given at different moments (a minute is allowed, and -1 must be -1);</item>
/// <item>the order of a lease's keys and of the leases: etcd gives the keys as its hash table has them, the leases by a deadline that
/// differs by microseconds;</item>
/// <item>how a watch's events are spread over responses, and the revision in the header of those: it depends on timing in both;</item>
/// <item>the cancel reason of a watch ended by compaction: etcd leaves it empty beside compact_revision, ours says it;</item>
/// <item>progress: etcd 3.4 answers a progress request at once, even for a watch that is behind (fixed in 3.5.8); ours must be true;</item>
/// <item>a negative start revision of a watch: etcd 3.4 takes it and stays silent, ours refuses it as the newest 3.5 does; not asked;</item>
/// <item>a Txn that deletes a key "from key on" and then puts it with ignore_value or ignore_lease: it makes etcd panic; not asked.</item>
/// </list>
/// </remarks>
internal static class EtcdAnswers
{
    private const long Overdue = -1;
    private const long SecondsApart = 60;

    /// <summary>Asks, and gives the answer without what is tolerated, or <c>(code, text)</c>.</summary>
    public static async Task<object> AskAsync(ServerProcess server, IMessage request)
    {
        try
        {
            return WithoutTolerated(await CallAsync(server, request));
        }
        catch (RpcException ex)
        {
            return (ex.StatusCode, ex.Status.Detail);
        }
    }

    /// <summary>The header of an answer; null of an error.</summary>
    public static ResponseHeader? HeaderOf(object answer) => answer switch
    {
        RangeResponse range => range.Header,
        PutResponse put => put.Header,
        DeleteRangeResponse delete => delete.Header,
        TxnResponse txn => txn.Header,
        CompactionResponse compaction => compaction.Header,
        LeaseGrantResponse grant => grant.Header,
        LeaseRevokeResponse revoke => revoke.Header,
        LeaseTimeToLiveResponse life => life.Header,
        LeaseLeasesResponse leases => leases.Header,
        LeaseKeepAliveResponse alive => alive.Header,
        WatchResponse watch => watch.Header,
        _ => null,
    };

    /// <summary>Removes who answered.</summary>
    public static T Anonymous<T>(T answer)
        where T : IMessage
    {
        if (HeaderOf(answer) is { } header) (header.ClusterId, header.MemberId, header.RaftTerm) = (0, 0, 0);
        return answer;
    }

    private static async Task<IMessage> CallAsync(ServerProcess server, IMessage request) => request switch
    {
        RangeRequest range => await server.Kv.RangeAsync(range),
        PutRequest put => await server.Kv.PutAsync(put),
        DeleteRangeRequest delete => await server.Kv.DeleteRangeAsync(delete),
        TxnRequest txn => await server.Kv.TxnAsync(txn),
        CompactionRequest compaction => await server.Kv.CompactAsync(compaction),
        LeaseGrantRequest grant => await server.Lease.LeaseGrantAsync(grant),
        LeaseRevokeRequest revoke => await server.Lease.LeaseRevokeAsync(revoke),
        LeaseTimeToLiveRequest life => await server.Lease.LeaseTimeToLiveAsync(life),
        LeaseLeasesRequest leases => await server.Lease.LeaseLeasesAsync(leases),
        LeaseKeepAliveRequest alive => await KeepAliveAsync(server, alive),
        _ => throw new ArgumentException(request.Descriptor.Name),
    };

    private static async Task<LeaseKeepAliveResponse> KeepAliveAsync(ServerProcess server, LeaseKeepAliveRequest request)
    {
        using var call = server.Lease.LeaseKeepAlive();
        await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext());
        var answer = call.ResponseStream.Current;
        Assert.False(await call.ResponseStream.MoveNext());
        return answer;
    }

    private static IMessage WithoutTolerated(IMessage answer)
    {
        Anonymous(answer);
        if (answer is LeaseTimeToLiveResponse life)
        {
            if (life.TTL != Overdue && life.TTL <= life.GrantedTTL && life.GrantedTTL - life.TTL < SecondsApart) life.TTL = life.GrantedTTL;
            Sort(life.Keys, key => Convert.ToHexString(key.Span));
        }
        if (answer is LeaseLeasesResponse leases) Sort(leases.Leases, lease => $"{lease.ID:D20}");
        return answer;
    }

    private static void Sort<T>(Google.Protobuf.Collections.RepeatedField<T> items, Func<T, string> by)
    {
        var sorted = items.OrderBy(by, StringComparer.Ordinal).ToArray();
        items.Clear();
        items.AddRange(sorted);
    }
}
