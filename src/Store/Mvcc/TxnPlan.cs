using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>A transaction with its branches chosen, before anything of it has run.</summary>
/// <param name="Succeeded">Whether the compares held.</param>
/// <param name="Steps">The operations of the chosen branch.</param>
internal sealed record TxnPlan(bool Succeeded, List<TxnStep> Steps)
{
    /// <summary>The operations that will run, those of nested transactions in their place, no transactions among them.</summary>
    public IEnumerable<RequestOp> Operations =>
        Steps.SelectMany(step => step.Nested is null ? [step.Operation] : step.Nested.Operations);

    /// <summary>Whether a put is to keep the value or lease of a key that an earlier operation deletes. (etcd panics at it.)</summary>
    public bool KeepsWhatItDeleted()
    {
        List<KeyRange>? deleted = null;
        foreach (var operation in Operations)
        {
            if (operation.RequestDeleteRange is { } delete) (deleted ??= []).Add(KeyRange.From(delete.Key, delete.RangeEnd));
            if (operation.RequestPut is { } put && (put.IgnoreValue || put.IgnoreLease) && deleted?.Exists(range => range.Contains(put.Key)) == true) return true;
        }
        return false;
    }

    /// <summary>Chooses the branches of the transaction and of those inside it, all by the same view.</summary>
    public static TxnPlan Choose(ReadView view, TxnRequest txn)
    {
        var succeeded = Compares.Hold(view, txn.Compare);
        var branch = succeeded ? txn.Success : txn.Failure;
        return new TxnPlan(succeeded, [.. branch.Select(op => new TxnStep(op, op.RequestTxn is { } nested ? Choose(view, nested) : null))]);
    }
}

/// <summary>One operation of a plan; <paramref name="Nested"/> is set when it is a transaction itself.</summary>
internal sealed record TxnStep(RequestOp Operation, TxnPlan? Nested);
