using System.Collections.Immutable;

namespace MiniK8s.Api.Placement;

/// <summary>An amount of each resource.</summary>
/// <param name="MilliCpu">Thousandths of a core.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="EphemeralStorage">Bytes.</param>
/// <param name="Others">Whole units, by the resource's name.</param>
public sealed record Resources(long MilliCpu, long Memory, long EphemeralStorage, ImmutableSortedDictionary<string, long> Others)
{
    /// <summary>Nothing of any.</summary>
    public static readonly Resources None =
        new(0, 0, 0, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal));

    /// <summary>Whether it is nothing of any.</summary>
    public bool IsNone => MilliCpu == 0 && Memory == 0 && EphemeralStorage == 0 && Others.IsEmpty;

    /// <summary>Resource by resource the sum.</summary>
    public static Resources operator +(Resources a, Resources b) =>
        new(a.MilliCpu + b.MilliCpu, a.Memory + b.Memory, a.EphemeralStorage + b.EphemeralStorage, Merge(a.Others, b.Others, (x, y) => x + y));

    /// <summary>Resource by resource the difference, which may be negative.</summary>
    public static Resources operator -(Resources a, Resources b) =>
        new(a.MilliCpu - b.MilliCpu, a.Memory - b.Memory, a.EphemeralStorage - b.EphemeralStorage, Merge(a.Others, b.Others, (x, y) => x - y));

    /// <summary>Resource by resource the larger.</summary>
    public static Resources Max(Resources a, Resources b) => new(
        long.Max(a.MilliCpu, b.MilliCpu), long.Max(a.Memory, b.Memory), long.Max(a.EphemeralStorage, b.EphemeralStorage),
        Merge(a.Others, b.Others, long.Max));

    private static ImmutableSortedDictionary<string, long> Merge(
        ImmutableSortedDictionary<string, long> a, ImmutableSortedDictionary<string, long> b, Func<long, long, long> combine)
    {
        if (b.IsEmpty) return a;     // as with most pods, and walking through nothing is dear
        foreach (var (name, amount) in b) a = a.SetItem(name, combine(a.GetValueOrDefault(name), amount));
        return a;
    }
}
