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
