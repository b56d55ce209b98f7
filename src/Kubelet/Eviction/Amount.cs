using System.Globalization;

using MiniK8s.Api.Quantities;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>How much of a resource: so much, or such a part of what there is.</summary>
/// <param name="Fixed">Null for a part.</param>
/// <param name="Part">0 to 1, where it is a part.</param>
internal sealed record Amount(Quantity? Fixed, double Part = 0)
{
    /// <summary>In bytes, or in things.</summary>
    public long Of(long capacity) => Fixed?.Value ?? (long)(capacity * Part);

    /// <summary>As messages show it: as it was given, or a part worked out.</summary>
    public Quantity Shown(EvictionSignal signal, long capacity) => Fixed ?? signal.QuantityOf(Of(capacity));

    /// <summary><c>100Mi</c> or <c>10%</c>; null if it is neither, or negative.</summary>
    public static Amount? Parse(string text)
    {
        if (!text.EndsWith('%')) return Quantity.TryParse(text, out var amount) && amount.Sign >= 0 ? new(amount) : null;
        return double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            ? new(null, percent / 100) : null;
    }
}

internal static class SignalQuantities
{
    /// <summary>An amount of what the signal is about, as Kubernetes prints it.</summary>
    public static Quantity QuantityOf(this EvictionSignal signal, long amount) =>
        Quantity.FromUnits(amount, signal.IsBytes ? QuantityFormat.BinarySI : QuantityFormat.DecimalSI);
}
