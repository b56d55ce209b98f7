using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>Judges the conditions of a Txn against a view.</summary>
internal static class Compares
{
    private static readonly KeyVersion Absent = new(new KeyValue());

    /// <summary>Whether every condition holds; true when there is none.</summary>
    public static bool Hold(ReadView view, IEnumerable<Compare> compares) => compares.All(compare => Holds(view, compare));

    /// <summary>Whether the condition holds for every key of its range.</summary>
    /// <remarks>Where no key exists, a value never compares equal, unequal or anything; numbers compare as 0.</remarks>
    public static bool Holds(ReadView view, Compare compare)
    {
        var found = view.List(KeyRange.From(compare.Key, compare.RangeEnd));
        if (found.Count > 0) return found.TrueForAll(kv => Holds(kv, compare));
        return compare.Target != Compare.Types.CompareTarget.Value && Holds(Absent, compare);
    }

    // A target_union that does not fit the target reads as zero, or as the empty value.
    private static bool Holds(KeyVersion kv, Compare compare)
    {
        var order = compare.Target switch
        {
            Compare.Types.CompareTarget.Version => kv.Number.CompareTo(compare.Version),
            Compare.Types.CompareTarget.Create => kv.CreateRevision.CompareTo(compare.CreateRevision),
            Compare.Types.CompareTarget.Mod => kv.ModRevision.CompareTo(compare.ModRevision),
            Compare.Types.CompareTarget.Value => Keys.Compare(kv.Read().Value, compare.Value),
            Compare.Types.CompareTarget.Lease => kv.Lease.CompareTo(compare.Lease),
            _ => 0,
        };
        return compare.Result switch
        {
            Compare.Types.CompareResult.Equal => order == 0,
            Compare.Types.CompareResult.NotEqual => order != 0,
            Compare.Types.CompareResult.Greater => order > 0,
            Compare.Types.CompareResult.Less => order < 0,
            _ => true,
        };
    }
}
