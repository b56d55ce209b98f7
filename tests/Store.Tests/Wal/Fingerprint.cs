using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>Everything a store holds, in a line: two that differ anywhere give two lines that differ.</summary>
internal static class Fingerprint
{
    public static string Of(MvccSnapshot snapshot)
    {
        var leases = snapshot.Leases.All.OrderBy(lease => lease.Id).Select(lease => $"{lease.Id}:{lease.Ttl}:{string.Join(',', lease.Keys.Select(key => key.ToStringUtf8()))}");
        return $"revision {snapshot.Revision}, compacted {snapshot.CompactRevision}, hash {StoreHash.OfEverything(snapshot):x8}, leases {string.Join(' ', leases)}";
    }
}
