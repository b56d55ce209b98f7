using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Model;

/// <summary>What etcd's KV requests do, in the plainest form. It knows nothing of leases' lives: a put that names one was let through.</summary>
/// <param name="state">The keys before the request.</param>
/// <param name="revision">The revision its changes bear, if it makes any.</param>
/// <param name="past">The keys at an older revision, for ranges that ask for one.</param>
internal sealed class KvModel(KeySpace state, long revision, Func<long, KeySpace> past)
{
    private readonly List<KeyValue> _changes = [];
    private KeySpace _state = state;

    /// <summary>Runs one request on a state.</summary>
    public static Effect Run(IMessage request, KeySpace state, long revision, Func<long, KeySpace> past)
    {
        var model = new KvModel(state, revision, past);
        var answer = model.Run(request);
        return new Effect(answer, model._changes);
    }

    /// <summary>Whether an answer says that something changed.</summary>
    public static bool Changed(IMessage answer) => answer switch
    {
        PutResponse => true,
        DeleteRangeResponse delete => delete.Deleted > 0,
        TxnResponse txn => txn.Responses.Any(op =>
            op.ResponsePut is not null || op.ResponseDeleteRange is { Deleted: > 0 } || (op.ResponseTxn is { } nested && Changed(nested))),
        _ => false,
    };

    /// <summary>Answers a range from a state.</summary>
    public static RangeResponse Range(RangeRequest request, KeySpace state)
    {
        var all = state.In(request.Key, request.RangeEnd);
        var answer = new RangeResponse { Count = all.Count };
        if (request.CountOnly) return answer;

        var hasFilter = request.MinModRevision != 0 || request.MaxModRevision != 0 || request.MinCreateRevision != 0 || request.MaxCreateRevision != 0;
        IEnumerable<KeyValue> found = all;
        // Without an order or a filter, etcd cuts before it sorts.
        if (request is { Limit: > 0, SortOrder: RangeRequest.Types.SortOrder.None } && !hasFilter) found = found.Take((int)request.Limit + 1);
        var sorted = Sorted(found.Where(kv => Passes(request, kv)), request).ToList();
        answer.More = request.Limit > 0 && sorted.Count > request.Limit;
        if (answer.More) sorted = sorted[..(int)request.Limit];
        answer.Kvs.AddRange(request.KeysOnly ? sorted.Select(WithoutValue) : sorted);
        return answer;
    }

    private IMessage Run(IMessage request) => request switch
    {
        PutRequest put => Put(put),
        DeleteRangeRequest delete => Delete(delete),
        RangeRequest range => Range(range, range.Revision > 0 && range.Revision < revision ? past(range.Revision) : _state),
        TxnRequest txn => Txn(txn),
        _ => throw new ArgumentException($"{request.Descriptor.Name} is not a KV request.", nameof(request)),
    };

    private PutResponse Put(PutRequest put)
    {
        var before = _state.Get(put.Key);
        Change(new KeyValue
        {
            Key = put.Key,
            Value = put.IgnoreValue ? before?.Value ?? ByteString.Empty : put.Value,
            Lease = put.IgnoreLease ? before?.Lease ?? 0 : put.Lease,
            ModRevision = revision,
            CreateRevision = before?.CreateRevision ?? revision,
            Version = (before?.Version ?? 0) + 1,
        });
        return new PutResponse { PrevKv = put.PrevKv ? before : null };
    }

    private DeleteRangeResponse Delete(DeleteRangeRequest delete)
    {
        var gone = _state.In(delete.Key, delete.RangeEnd);
        foreach (var kv in gone) Change(new KeyValue { Key = kv.Key, ModRevision = revision });
        var answer = new DeleteRangeResponse { Deleted = gone.Count };
        if (delete.PrevKv) answer.PrevKvs.AddRange(gone);
        return answer;
    }

    // All compares, nested ones too, see the state before the whole transaction.
    private TxnResponse Txn(TxnRequest txn)
    {
        var branches = new Queue<bool>();
        Choose(txn, branches);
        return Run(txn, branches);
    }

    private void Choose(TxnRequest txn, Queue<bool> branches)
    {
        var holds = txn.Compare.All(Holds);
        branches.Enqueue(holds);
        foreach (var nested in (holds ? txn.Success : txn.Failure).Select(op => op.RequestTxn).Where(nested => nested is not null)) Choose(nested, branches);
    }

    private TxnResponse Run(TxnRequest txn, Queue<bool> branches)
    {
        var answer = new TxnResponse { Succeeded = branches.Dequeue() };
        foreach (var op in answer.Succeeded ? txn.Success : txn.Failure)
        {
            answer.Responses.Add(op.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestPut => new ResponseOp { ResponsePut = Put(op.RequestPut) },
                RequestOp.RequestOneofCase.RequestDeleteRange => new ResponseOp { ResponseDeleteRange = Delete(op.RequestDeleteRange) },
                RequestOp.RequestOneofCase.RequestRange => new ResponseOp { ResponseRange = (RangeResponse)Run(op.RequestRange) },
                _ => new ResponseOp { ResponseTxn = Run(op.RequestTxn, branches) },
            });
        }
        return answer;
    }

    private bool Holds(Compare compare)
    {
        var found = _state.In(compare.Key, compare.RangeEnd);
        if (found.Count == 0 && compare.Target == Compare.Types.CompareTarget.Value) return false;
        if (found.Count == 0) found = [new KeyValue()];
        return found.All(kv => Holds(kv, compare));
    }

    private static bool Holds(KeyValue kv, Compare compare)
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
    }

    private void Change(KeyValue change)
    {
        _changes.Add(change);
        _state = _state.With(change);
    }

    private static bool Passes(RangeRequest request, KeyValue kv) =>
        (request.MinModRevision == 0 || kv.ModRevision >= request.MinModRevision)
        && (request.MaxModRevision == 0 || kv.ModRevision <= request.MaxModRevision)
        && (request.MinCreateRevision == 0 || kv.CreateRevision >= request.MinCreateRevision)
        && (request.MaxCreateRevision == 0 || kv.CreateRevision <= request.MaxCreateRevision);

    private static IEnumerable<KeyValue> Sorted(IEnumerable<KeyValue> found, RangeRequest request)
    {
        var order = Comparer<KeyValue>.Create((a, b) => request.SortTarget switch
        {
            RangeRequest.Types.SortTarget.Key => a.Key.Span.SequenceCompareTo(b.Key.Span),
            RangeRequest.Types.SortTarget.Value => a.Value.Span.SequenceCompareTo(b.Value.Span),
            RangeRequest.Types.SortTarget.Version => a.Version.CompareTo(b.Version),
            RangeRequest.Types.SortTarget.Create => a.CreateRevision.CompareTo(b.CreateRevision),
            _ => a.ModRevision.CompareTo(b.ModRevision),
        });
        return request.SortOrder == RangeRequest.Types.SortOrder.Descend ? found.OrderDescending(order) : found.Order(order);
    }

    private static KeyValue WithoutValue(KeyValue kv)
    {
        var copy = kv.Clone();
        copy.Value = ByteString.Empty;
        return copy;
    }
}

/// <summary>What a request does: its answer without headers, and its changes in order, deletions with version 0.</summary>
internal sealed record Effect(IMessage Answer, IReadOnlyList<KeyValue> Changes);
