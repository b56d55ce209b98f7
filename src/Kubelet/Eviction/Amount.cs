using MiniK8s.Api.Quantities;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>How much of a resource: so much, or such a part of what there is [pkg/kubelet/eviction/api/types.go ThresholdValue].</summary>
/// <param name="Fixed">Null for a part.</param>
/// <param name="Part">0 to 1, where it is a part; of single precision as in Kubernetes, whose 10 % of 100Gi are 10737418400 bytes.</param>
internal sealed record Amount(Quantity? Fixed, float Part = 0)
{
    /// <summary>In bytes, or in things.</summary>
    public long Of(long capacity) => Fixed?.Value ?? (long)(capacity * (double)Part);

    /// <summary>As messages show it: as it was given, or a part worked out, which even of things is in powers of two.</summary>
    public Quantity Shown(long capacity) => Fixed ?? Quantity.FromUnits(Of(capacity), QuantityFormat.BinarySI);
}

internal static class SignalQuantities
{
    /// <summary>An amount of what the signal is about, as Kubernetes prints it.</summary>
    public static Quantity QuantityOf(this EvictionSignal signal, long amount) =>
        Quantity.FromUnits(amount, signal.IsBytes ? QuantityFormat.BinarySI : QuantityFormat.DecimalSI);
}
