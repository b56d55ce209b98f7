using System.Globalization;

namespace MiniK8s.Api.Quantities;

/// <summary>The canonical text of a quantity.</summary>
internal static class QuantityText
{
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    public static string Of(Quantity quantity)
    {
        if (quantity.IsZero) return "0";
        return IsBinary(quantity) ? InBinary(quantity.Nanos / Quantity.NanosPerUnit) : InDecimal(quantity);
    }

    // Small and broken amounts print in powers of ten, whatever they were written in: nothing is rounded and nobody is misled.
    private static bool IsBinary(Quantity quantity) =>
        quantity.Format == QuantityFormat.BinarySI && quantity.IsWhole
        && Int128.Abs(quantity.Nanos) >= (Int128)1024 * Quantity.NanosPerUnit;

    private static string InBinary(Int128 mantissa)
    {
        var power = 0;
        while (power < Binary.Length - 1 && mantissa % 1024 == 0)
        {
            mantissa /= 1024;
            power++;
        }
        return mantissa.ToString(CultureInfo.InvariantCulture) + Binary[power];
    }

    private static string InDecimal(Quantity quantity)
    {
        var mantissa = quantity.Nanos;
        var power = 0;
        while (power < Decimal.Length - 1 && mantissa % 1000 == 0)
        {
            mantissa /= 1000;
            power++;
        }
        var exponent = (power - 3) * 3;
        var suffix = quantity.Format != QuantityFormat.DecimalExponent ? Decimal[power]
            : exponent == 0 ? "" : "e" + exponent.ToString(CultureInfo.InvariantCulture);
        return mantissa.ToString(CultureInfo.InvariantCulture) + suffix;
    }
}
