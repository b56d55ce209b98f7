using MiniK8s.Api.Placement;
using MiniK8s.Api.Quantities;

namespace MiniK8s.Kubelet.Node;

/// <summary>What of a node's resources is not for pods, beside what hard eviction keeps free [cmd/kubelet/app/server.go parseResourceList].</summary>
internal sealed record Reservation(Quantity Cpu, Quantity Memory, Quantity EphemeralStorage)
{
    public static Reservation None { get; } = new(default, default, default);

    public static Reservation operator +(Reservation left, Reservation right) =>
        new(left.Cpu + right.Cpu, left.Memory + right.Memory, left.EphemeralStorage + right.EphemeralStorage);

    /// <summary>Reads <c>cpu=200m,memory=500Mi</c>; null, and why, when that is none.</summary>
    public static Reservation? Parse(IReadOnlyList<string> texts, out string fault)
    {
        var reserved = None;
        foreach (var text in texts)
        {
            if (text.Split('=') is not [var resource, var amount])
            {
                fault = $"'{text}' is not resource=quantity";
                return null;
            }
            if (!Quantity.TryParse(amount, out var quantity) || quantity.Sign < 0)
            {
                fault = quantity.Sign < 0 ? $"resource quantity for \"{resource}\" cannot be negative: {amount}" : $"'{amount}' is not a quantity";
                return null;
            }
            switch (resource)
            {
                case ResourceLists.Cpu:
                    reserved = reserved with { Cpu = quantity };
                    break;
                case ResourceLists.Memory:
                    reserved = reserved with { Memory = quantity };
                    break;
                case ResourceLists.EphemeralStorage:
                    reserved = reserved with { EphemeralStorage = quantity };
                    break;
                default:
                    fault = $"cannot reserve \"{resource}\" resource";
                    return null;
            }
        }
        fault = "";
        return reserved;
    }
}
