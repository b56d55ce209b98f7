using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>A store that does everything right in no time at all, and keeps the log that a real one would.</summary>
internal sealed class SimulatedStore
{
    private readonly List<KeySpace> _states = [KeySpace.Empty, KeySpace.Empty];
    private readonly List<IReadOnlyList<KeyValue>> _changes = [[], []];
    private readonly List<LogLine> _log = [];
    private readonly Dictionary<long, long> _leases = [];

    /// <summary>A mistake made on purpose.</summary>
    public bool EndsLeasesInTwoRevisions { get; init; }

    /// <summary>The log so far, values whole.</summary>
    public IReadOnlyList<LogLine> Log => _log;

    /// <summary>The newest revision.</summary>
    public long Revision => _states.Count - 1;

    /// <summary>The compact revision; -1 before the first compaction.</summary>
    public long Compacted { get; private set; } = -1;

    /// <summary>Does a request: its answer, or why not.</summary>
    public (IMessage? Answer, CallError? Error) Do(IMessage request) => request switch
    {
        RangeRequest { Revision: > 0 } range when range.Revision > Revision => Refused("etcdserver: mvcc: required revision is a future revision"),
        RangeRequest { Revision: > 0 } range when range.Revision < Compacted => Refused("etcdserver: mvcc: required revision has been compacted"),
        RangeRequest range => Complete(KvModel.Range(range, _states[(int)(range.Revision > 0 ? range.Revision : Revision)])),
        PutRequest { Lease: not 0 } put when !_leases.ContainsKey(put.Lease) => (null, new CallError(StatusCode.NotFound, "etcdserver: requested lease not found")),
        PutRequest or DeleteRangeRequest or TxnRequest => Write(request),
        CompactionRequest compaction when compaction.Revision <= Compacted => Refused("etcdserver: mvcc: required revision has been compacted"),
        CompactionRequest compaction => Compact(compaction.Revision),
        LeaseGrantRequest grant => Grant(grant),
        LeaseKeepAliveRequest keepAlive => Complete(new LeaseKeepAliveResponse { ID = keepAlive.ID, TTL = _leases.GetValueOrDefault(keepAlive.ID) }),
        LeaseRevokeRequest revoke => Revoke(revoke.ID),
        HashKVRequest hash => Complete(new HashKVResponse { Hash = new EtcdHashRecount(_log).Of(hash.Revision, Compacted), CompactRevision = Compacted }),
        _ => throw new ArgumentException(request.Descriptor.Name),
    };

    /// <summary>The changes of a revision, each with what was there before.</summary>
    public IEnumerable<(KeyValue Change, KeyValue? Before)> ChangesAt(long revision) => _changes[(int)revision].Select(change => (Fingerprint.Of(change), Before(change.Key, revision)));

    /// <summary>Ends a lease: its keys go, under one revision.</summary>
    public void End(long lease)
    {
        if (!_leases.Remove(lease)) return;
        var keys = _states[^1].Values.Where(kv => kv.Lease == lease).Select(kv => kv.Key).ToList();
        var parts = EndsLeasesInTwoRevisions ? keys.Chunk((keys.Count + 1) / 2) : [keys.ToArray()];
        foreach (var part in parts.Where(part => part.Length > 0)) Commit([.. part.Select(key => new KeyValue { Key = key, ModRevision = Revision + 1 })]);
        _log.Add(new LogRevokeLine(lease));
    }

    private KeyValue? Before(ByteString key, long revision) => _states[(int)revision - 1].Get(key) is { } before ? Fingerprint.Of(before) : null;

    private (IMessage, CallError?) Write(IMessage request)
    {
        var effect = KvModel.Run(request, _states[^1], Revision + 1, revision => _states[(int)revision]);
        if (effect.Changes.Count > 0) Commit(effect.Changes);
        return Complete(effect.Answer);
    }

    private void Commit(IReadOnlyList<KeyValue> changes)
    {
        _log.Add(new LogRevisionLine(Revision + 1, changes));
        _changes.Add(changes);
        _states.Add(changes.Aggregate(_states[^1], (state, change) => state.With(change)));
    }

    private (IMessage, CallError?) Compact(long revision)
    {
        Compacted = revision;
        _log.Add(new LogCompactionLine(revision));
        return Complete(new CompactionResponse());
    }

    private (IMessage, CallError?) Grant(LeaseGrantRequest grant)
    {
        _leases[grant.ID] = grant.TTL;
        _log.Add(new LogGrantLine(grant.ID, grant.TTL));
        return Complete(new LeaseGrantResponse { ID = grant.ID, TTL = grant.TTL });
    }

    private (IMessage, CallError?) Revoke(long lease)
    {
        End(lease);
        return Complete(new LeaseRevokeResponse());
    }

    private (IMessage, CallError?) Complete(IMessage answer)
    {
        var field = answer.Descriptor.FindFieldByName("header");
        field.Accessor.SetValue(answer, new ResponseHeader { Revision = Revision });
        return (answer, null);
    }

    private static (IMessage?, CallError) Refused(string text) => (null, new CallError(StatusCode.OutOfRange, text));
}
