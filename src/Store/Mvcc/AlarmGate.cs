using System.Collections.Immutable;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;

namespace MiniK8s.Store.Mvcc;

/// <summary>Which writes a raised alarm refuses. Reads, and raising and clearing alarms, always pass.</summary>
/// <remarks>
/// <code>
/// write                       | NOSPACE  | CORRUPT
/// ----------------------------+----------+---------
/// Put, LeaseGrant             | refused  | refused
/// Txn with a put in a branch  | refused  | refused
/// Txn that only reads         | passes   | passes
/// any other Txn               | passes   | refused
/// DeleteRange, LeaseRevoke    | passes   | refused
/// Compaction                  | passes   | refused
/// </code>
/// As in etcd, a put inside a nested Txn does not count as a put of the outer one.
/// </remarks>
internal static class AlarmGate
{
    /// <summary>Why the write is refused under these alarms; null when it may pass.</summary>
    public static EtcdError? Refusal(ImmutableSortedSet<AlarmType> raised, object request)
    {
        if (raised.IsEmpty || request is AlarmRequest) return null;
        if (raised.Contains(AlarmType.Corrupt) && !(request is TxnRequest txn && OnlyReads(txn))) return EtcdErrors.Corrupt;
        return raised.Contains(AlarmType.Nospace) && TakesSpace(request) ? EtcdErrors.NoSpace : null;
    }

    /// <summary>Whether every operation of both branches is a Range.</summary>
    public static bool OnlyReads(TxnRequest txn) =>
        txn.Success.Concat(txn.Failure).All(op => op.RequestCase == RequestOp.RequestOneofCase.RequestRange);

    private static bool TakesSpace(object request) => request switch
    {
        PutRequest or LeaseGrantRequest => true,
        TxnRequest txn => txn.Success.Concat(txn.Failure).Any(op => op.RequestCase == RequestOp.RequestOneofCase.RequestPut),
        _ => false,
    };
}
