using Google.Protobuf.Collections;

using MiniK8s.Api.Quantities;

namespace MiniK8s.Api.Placement;

/// <summary>Reads the resource lists of API objects. What is no quantity counts as nothing; the apiserver lets none in.</summary>
public static class ResourceLists
{
    /// <summary>In cores.</summary>
    public const string Cpu = "cpu";
    /// <summary>In bytes.</summary>
    public const string Memory = "memory";
    /// <summary>In bytes.</summary>
    public const string EphemeralStorage = "ephemeral-storage";
    /// <summary>A count of slots.</summary>
    public const string Pods = "pods";

    /// <summary>The amounts, cpu rounded up to thousandths and the rest to whole units. <c>pods</c> is a count of slots, not among them.</summary>
    public static Resources Read(MapField<string, string> list) => new(
        Amount(list, Cpu).MilliValue, Amount(list, Memory).Value, Amount(list, EphemeralStorage).Value,
        list.Keys.Where(IsOther).Aggregate(Resources.None.Others, (others, name) => others.SetItem(name, Amount(list, name).Value)));

    /// <summary>How many pods a node takes; none when it does not say.</summary>
    public static long PodSlots(MapField<string, string> allocatable) => Amount(allocatable, Pods).Value;

    private static bool IsOther(string name) => name is not (Cpu or Memory or EphemeralStorage or Pods);

    private static Quantity Amount(MapField<string, string> list, string name) =>
        list.TryGetValue(name, out var text) && Quantity.TryParse(text, out var quantity) ? quantity : default;
}
