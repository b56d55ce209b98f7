using System.Globalization;

namespace MiniK8s.Kubelet.Admission;

/// <summary>How a node stands with a resource that a pod asks for: thousandths of a core, bytes, pods, or whole units.</summary>
/// <param name="Used">By the pods that are there.</param>
internal sealed record Shortage(string Resource, long Requested, long Used, long Capacity)
{
    /// <summary>What would have to be given up for it; not more than 0 where it fits.</summary>
    public long Missing => Requested - (Capacity - Used);

    public Refusal ToRefusal() => new($"OutOf{Resource}", string.Create(
        CultureInfo.InvariantCulture, $"Node didn't have enough resource: {Resource}, requested: {Requested}, used: {Used}, capacity: {Capacity}"));
}
