using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>The store in its most obvious form: a full copy of all keys for every revision. Written without a look at the real one.</summary>
internal sealed class Model
{
    private sealed class State() : SortedDictionary<byte[], KeyValue>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
    {
        public State Copy()
        {
            var copy = new State();
            foreach (var (key, value) in this) copy.Add(key, value);
            return copy;
        }

        public List<KeyValue> In(ByteString key, ByteString end) => [.. this.Where(pair => IsIn(pair.Key, key, end)).Select(pair => pair.Value)];

        public static bool IsIn(ReadOnlySpan<byte> candidate, ByteString key, ByteString end)
        {
            if (end.IsEmpty) return candidate.SequenceEqual(key.Span);
            if (candidate.SequenceCompareTo(key.Span) < 0) return false;
            return end is [0] || candidate.SequenceCompareTo(end.Span) < 0;
        }
    }

    private readonly List<State> _states = [new(), new()];      // by revision; 0 is not used
    private readonly Dictionary<long, long> _leases = [];       // id and TTL
    private State _next = new();
    private int _changes;

    /// <summary>Every event ever, by revision.</summary>
    public List<(long Revision, bool IsDelete, KeyValue Value, KeyValue? Previous)> Events { get; } = [];

    public long Revision => _states.Count - 1;

    public long CompactRevision { get; private set; } = -1;

    /// <summary>The leases, each with its TTL and its keys.</summary>
    public IEnumerable<(long Id, long Ttl, string Keys)> Leases => _leases.OrderBy(pair => pair.Key).Select(pair =>
        (pair.Key, pair.Value, string.Join(' ', Now.Values.Where(kv => kv.Lease == pair.Key).Select(kv => kv.Key.ToStringUtf8()))));

    private State Now => _changes > 0 ? _next : _states[^1];

    private long RevisionNow => _changes > 0 ? Revision + 1 : Revision;

    /// <summary>The answer, or the error's text.</summary>
    public object Apply(IMessage request)
    {
        (_next, _changes) = (_states[^1].Copy(), 0);
        var answer = request switch
        {
            RangeRequest range => Range(range),
            PutRequest put => WhyNotPut(put) ?? (object)Put(put),
            DeleteRangeRequest delete => Delete(delete),
            TxnRequest txn => Txn(txn),
            CompactionRequest compaction => Compact(compaction.Revision),
            LeaseGrantRequest grant => Grant(grant),
            LeaseRevokeRequest revoke => Revoke(revoke.ID),
            _ => throw new ArgumentException(request.Descriptor.Name),
        };
        if (_changes > 0) _states.Add(_next);
        _changes = 0;
        return answer;
    }

    private object Range(RangeRequest request)
    {
        if (request.Revision > RevisionNow) return EtcdErrors.FutureRevision.Text;
        if (request.Revision > 0 && request.Revision < CompactRevision) return EtcdErrors.Compacted.Text;
        var state = request.Revision <= 0 || request.Revision == RevisionNow ? Now : _states[(int)request.Revision];
        var all = state.In(request.Key, request.RangeEnd);
        var answer = new RangeResponse { Header = new() { Revision = RevisionNow }, Count = all.Count };
        if (request.CountOnly) return answer;

        var hasFilter = request.MinModRevision != 0 || request.MaxModRevision != 0 || request.MinCreateRevision != 0 || request.MaxCreateRevision != 0;
        IEnumerable<KeyValue> found = all;
        if (request is { Limit: > 0, SortOrder: RangeRequest.Types.SortOrder.None } && !hasFilter) found = found.Take((int)request.Limit + 1);
        if (request.MinModRevision != 0) found = found.Where(kv => kv.ModRevision >= request.MinModRevision);
        if (request.MaxModRevision != 0) found = found.Where(kv => kv.ModRevision <= request.MaxModRevision);
        if (request.MinCreateRevision != 0) found = found.Where(kv => kv.CreateRevision >= request.MinCreateRevision);
        if (request.MaxCreateRevision != 0) found = found.Where(kv => kv.CreateRevision <= request.MaxCreateRevision);
        found = request.SortOrder == RangeRequest.Types.SortOrder.Descend
            ? found.OrderByDescending(kv => SortKey(kv, request.SortTarget), StringComparer.Ordinal)
            : found.OrderBy(kv => SortKey(kv, request.SortTarget), StringComparer.Ordinal);
        var sorted = found.ToList();
        if (request.Limit > 0 && sorted.Count > request.Limit)
        {
            sorted = sorted[..(int)request.Limit];
            answer.More = true;
        }
        foreach (var kv in sorted)
        {
            var copy = kv.Clone();
            if (request.KeysOnly) copy.Value = ByteString.Empty;
            answer.Kvs.Add(copy);
        }
        return answer;
    }

    private static string SortKey(KeyValue kv, RangeRequest.Types.SortTarget target) => target switch
    {
        RangeRequest.Types.SortTarget.Key => Convert.ToHexString(kv.Key.Span),
        RangeRequest.Types.SortTarget.Value => Convert.ToHexString(kv.Value.Span),
        RangeRequest.Types.SortTarget.Version => $"{kv.Version:D20}",
        RangeRequest.Types.SortTarget.Create => $"{kv.CreateRevision:D20}",
        _ => $"{kv.ModRevision:D20}",
    };

    private string? WhyNotPut(PutRequest put)
    {
        if (put.Lease != 0 && !_leases.ContainsKey(put.Lease)) return EtcdErrors.LeaseNotFound.Text;
        return (put.IgnoreValue || put.IgnoreLease) && !Now.ContainsKey(put.Key.ToByteArray()) ? EtcdErrors.KeyNotFound.Text : null;
    }

    private PutResponse Put(PutRequest put)
    {
        var before = Now.GetValueOrDefault(put.Key.ToByteArray());
        var value = new KeyValue
        {
            Key = put.Key,
            Value = put.IgnoreValue ? before!.Value : put.Value,
            ModRevision = Revision + 1,
            CreateRevision = before?.CreateRevision ?? Revision + 1,
            Lease = put.IgnoreLease ? before!.Lease : put.Lease,
            Version = before is null ? 1 : before.Version + 1,
        };
        _next[put.Key.ToByteArray()] = value;
        Events.Add((Revision + 1, false, value, before));
        _changes++;
        return new PutResponse { Header = new() { Revision = Revision + 1 }, PrevKv = put.PrevKv ? before : null };
    }

    private DeleteRangeResponse Delete(DeleteRangeRequest delete)
    {
        var gone = Now.In(delete.Key, delete.RangeEnd);
        Remove(gone);
        var answer = new DeleteRangeResponse { Header = new() { Revision = RevisionNow }, Deleted = gone.Count };
        if (delete.PrevKv) answer.PrevKvs.AddRange(gone);
        return answer;
    }

    private void Remove(List<KeyValue> gone)
    {
        foreach (var key in gone.Select(kv => kv.Key))
        {
            _next.Remove(key.ToByteArray());
            Events.Add((Revision + 1, true, new KeyValue { Key = key, ModRevision = Revision + 1 }, _states[^1].GetValueOrDefault(key.ToByteArray())));
            _changes++;
        }
    }

    private object Txn(TxnRequest txn)
    {
        var path = new Queue<bool>();
        Choose(txn, path);
        var operations = Flatten(txn, new Queue<bool>(path)).ToList();
        foreach (var put in operations.Select(op => op.RequestPut).Where(put => put is not null))
        {
            if ((put.IgnoreValue || put.IgnoreLease) && !Now.ContainsKey(put.Key.ToByteArray())) return EtcdErrors.KeyNotFound.Text;
            if (put.Lease != 0 && !_leases.ContainsKey(put.Lease)) return EtcdErrors.LeaseNotFound.Text;
        }
        foreach (var range in operations.Select(op => op.RequestRange).Where(range => range is not null))
        {
            if (range.Revision > Revision) return EtcdErrors.FutureRevision.Text;
            if (range.Revision != 0 && range.Revision < CompactRevision) return EtcdErrors.Compacted.Text;
        }
        if (KeepsWhatItDeleted(operations)) return EtcdErrors.KeyNotFound.Text;
        var answer = Run(txn, path);
        answer.Header = new() { Revision = RevisionNow };
        return answer;
    }

    private void Choose(TxnRequest txn, Queue<bool> path)
    {
        var holds = txn.Compare.All(Holds);
        path.Enqueue(holds);
        foreach (var op in holds ? txn.Success : txn.Failure)
        {
            if (op.RequestTxn is not null) Choose(op.RequestTxn, path);
        }
    }

    private static IEnumerable<RequestOp> Flatten(TxnRequest txn, Queue<bool> path)
    {
        foreach (var op in path.Dequeue() ? txn.Success : txn.Failure)
        {
            if (op.RequestTxn is null) yield return op;
            else foreach (var inner in Flatten(op.RequestTxn, path)) yield return inner;
        }
    }

    private bool Holds(Compare compare)
    {
        var found = Now.In(compare.Key, compare.RangeEnd);
        if (found.Count == 0 && compare.Target == Compare.Types.CompareTarget.Value) return false;
        if (found.Count == 0) found = [new KeyValue()];
        return found.All(kv =>
        {
            var order = compare.Target switch
            {
                Compare.Types.CompareTarget.Value => kv.Value.Span.SequenceCompareTo(compare.Value.Span),
                Compare.Types.CompareTarget.Version => kv.Version.CompareTo(compare.Version),
                Compare.Types.CompareTarget.Create => kv.CreateRevision.CompareTo(compare.CreateRevision),
                Compare.Types.CompareTarget.Mod => kv.ModRevision.CompareTo(compare.ModRevision),
                _ => kv.Lease.CompareTo(compare.Lease),
            };
            return compare.Result switch
            {
                Compare.Types.CompareResult.Equal => order == 0,
                Compare.Types.CompareResult.NotEqual => order != 0,
                Compare.Types.CompareResult.Greater => order > 0,
                _ => order < 0,
            };
        });
    }

    private TxnResponse Run(TxnRequest txn, Queue<bool> path)
    {
        var answer = new TxnResponse { Succeeded = path.Dequeue(), Header = new() };
        foreach (var op in answer.Succeeded ? txn.Success : txn.Failure)
        {
            if (op.RequestPut is { } put) answer.Responses.Add(new ResponseOp { ResponsePut = Put(put) });
            if (op.RequestDeleteRange is { } delete) answer.Responses.Add(new ResponseOp { ResponseDeleteRange = Delete(delete) });
            if (op.RequestRange is { } range) answer.Responses.Add(new ResponseOp { ResponseRange = (RangeResponse)Range(range) });
            if (op.RequestTxn is { } nested) answer.Responses.Add(new ResponseOp { ResponseTxn = Run(nested, path) });
        }
        return answer;
    }

    private static bool KeepsWhatItDeleted(List<RequestOp> operations) => operations
        .Where((op, i) => op.RequestPut is { } put && (put.IgnoreLease || put.IgnoreValue) && operations.Take(i).Any(earlier =>
            earlier.RequestDeleteRange is { } delete && State.IsIn(put.Key.Span, delete.Key, delete.RangeEnd)))
        .Any();

    private object Grant(LeaseGrantRequest grant)
    {
        if (grant.TTL > 9_000_000_000) return EtcdErrors.LeaseTtlTooLarge.Text;
        if (!_leases.TryAdd(grant.ID, long.Max(2, grant.TTL))) return EtcdErrors.LeaseExists.Text;
        return new LeaseGrantResponse { Header = new() { Revision = Revision }, ID = grant.ID, TTL = _leases[grant.ID] };
    }

    private object Revoke(long id)
    {
        if (!_leases.Remove(id)) return EtcdErrors.LeaseNotFound.Text;
        Remove([.. Now.Values.Where(kv => kv.Lease == id)]);
        return new LeaseRevokeResponse { Header = new() { Revision = RevisionNow } };
    }

    private object Compact(long revision)
    {
        if (revision <= CompactRevision) return EtcdErrors.Compacted.Text;
        if (revision > Revision) return EtcdErrors.FutureRevision.Text;
        CompactRevision = revision;
        return new CompactionResponse { Header = new() { Revision = Revision } };
    }
}
