using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;

namespace MiniK8s.Store.Mvcc;

/// <summary>What can be said against a request without looking at the data. Null means nothing.</summary>
internal static class RequestChecks
{
    /// <summary>A read needs a key.</summary>
    public static EtcdError? Check(RangeRequest request) => request.Key.IsEmpty ? EtcdErrors.EmptyKey : null;

    /// <summary>A put needs a key, and cannot both keep and give a value or lease.</summary>
    public static EtcdError? Check(PutRequest request)
    {
        if (request.Key.IsEmpty) return EtcdErrors.EmptyKey;
        if (request.IgnoreValue && !request.Value.IsEmpty) return EtcdErrors.ValueProvided;
        return request.IgnoreLease && request.Lease != 0 ? EtcdErrors.LeaseProvided : null;
    }

    /// <summary>A delete needs a key.</summary>
    public static EtcdError? Check(DeleteRangeRequest request) => request.Key.IsEmpty ? EtcdErrors.EmptyKey : null;

    /// <summary>A Txn is bounded in length and depth together, its parts are sound, and no branch writes a key twice.</summary>
    public static EtcdError? Check(TxnRequest request, int maxOps) =>
        CheckParts(request, maxOps) ?? WrittenKeys.Check(request.Success) ?? WrittenKeys.Check(request.Failure);

    // A nested Txn gets what the longest list of its parent left over, which bounds the depth as well.
    private static EtcdError? CheckParts(TxnRequest request, int maxOps)
    {
        var longest = int.Max(request.Compare.Count, int.Max(request.Success.Count, request.Failure.Count));
        if (longest > maxOps) return EtcdErrors.TooManyOps;
        if (request.Compare.Any(compare => compare.Key.IsEmpty)) return EtcdErrors.EmptyKey;
        return request.Success.Concat(request.Failure).Select(op => CheckPart(op, maxOps - longest)).FirstOrDefault(error => error is not null);
    }

    private static EtcdError? CheckPart(RequestOp op, int maxOps) => op.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestRange => Check(op.RequestRange),
        RequestOp.RequestOneofCase.RequestPut => Check(op.RequestPut),
        RequestOp.RequestOneofCase.RequestDeleteRange => Check(op.RequestDeleteRange),
        RequestOp.RequestOneofCase.RequestTxn => CheckParts(op.RequestTxn, maxOps),
        _ => EtcdErrors.KeyNotFound,
    };

    /// <summary>The keys one branch puts and the ranges it deletes, nested transactions included.</summary>
    /// <remarks>
    /// A put may not meet a delete of its own level or of a nested Txn before or beside it, nor another put, except that the
    /// two branches of one nested Txn exclude each other. Deletes "from key on" are overlooked, against etcd's documentation
    /// but as etcd does: only by one of those can a Txn both put and delete a key, in either order.
    /// </remarks>
    private sealed class WrittenKeys
    {
        private readonly HashSet<ByteString> _puts = [];
        private readonly List<KeyRange> _deletes = [];

        public static EtcdError? Check(IReadOnlyList<RequestOp> ops) => new WrittenKeys().Collect(ops);

        private EtcdError? Collect(IReadOnlyList<RequestOp> ops)
        {
            foreach (var op in ops)
            {
                if (op.RequestCase == RequestOp.RequestOneofCase.RequestDeleteRange) AddDelete(op.RequestDeleteRange);
            }
            foreach (var op in ops)
            {
                if (op.RequestCase == RequestOp.RequestOneofCase.RequestTxn && AddNested(op.RequestTxn) is { } error) return error;
            }
            foreach (var op in ops)
            {
                if (op.RequestCase == RequestOp.RequestOneofCase.RequestPut && !TryAddPut(op.RequestPut.Key)) return EtcdErrors.DuplicateKey;
            }
            return null;
        }

        private void AddDelete(DeleteRangeRequest request)
        {
            var range = KeyRange.From(request.Key, request.RangeEnd);
            if (range.Kind != KeyRangeKind.FromStart) _deletes.Add(range);
        }

        private EtcdError? AddNested(TxnRequest txn)
        {
            var (success, failure) = (new WrittenKeys(), new WrittenKeys());
            if ((success.Collect(txn.Success) ?? failure.Collect(txn.Failure)) is { } error) return error;

            if (!success._puts.All(TryAddPut)) return EtcdErrors.DuplicateKey;
            if (!failure._puts.All(key => success._puts.Contains(key) ? !IsDeleted(key) : TryAddPut(key))) return EtcdErrors.DuplicateKey;
            _deletes.AddRange(success._deletes);
            _deletes.AddRange(failure._deletes);
            return null;
        }

        private bool TryAddPut(ByteString key) => !IsDeleted(key) && _puts.Add(key);

        private bool IsDeleted(ByteString key) => _deletes.Exists(range => range.Contains(key));
    }
}
