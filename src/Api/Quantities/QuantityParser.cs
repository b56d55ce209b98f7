using System.Globalization;
using System.Numerics;

namespace MiniK8s.Api.Quantities;

/// <summary>Reads <c>[sign] digits [. digits] [suffix]</c>.</summary>
internal static class QuantityParser
{
    private const string SuffixLetters = "eEinumkKMGTP";
    private static readonly BigInteger MaxNanos = (BigInteger)long.MaxValue * Quantity.NanosPerUnit;

    // Beyond this many places either way a number is the cap or a billionth, and need not be worked out.
    private const int MaxPlaces = 60;

    /// <returns>Null, or what is wrong with the text.</returns>
    public static string? Parse(string text, out Quantity quantity)
    {
        quantity = default;
        if (text.Length == 0) return QuantityFormatException.Wrong;

        var position = text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, ref position);
        var fraction = "";
        if (position < text.Length && text[position] == '.')
        {
            position++;
            fraction = Digits(text, ref position);
        }
        var suffix = text[position..];
        if (!IsSuffixShaped(suffix)) return QuantityFormatException.Wrong;
        if (Scale(suffix) is not { } scale) return QuantityFormatException.Suffix;

        quantity = new(Nanos(text[0] == '-', whole, fraction, scale), scale.Format);
        return null;
    }

    private static string Digits(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
        return text[start..position];
    }

    private static bool IsSuffixShaped(string suffix)
    {
        var position = 0;
        while (position < suffix.Length && SuffixLetters.Contains(suffix[position])) position++;
        if (position < suffix.Length && suffix[position] is '+' or '-') position++;
        _ = Digits(suffix, ref position);
        return position == suffix.Length;
    }

    private static SuffixScale? Scale(string suffix) => suffix switch
    {
        "n" => new(10, -9, QuantityFormat.DecimalSI),
        "u" => new(10, -6, QuantityFormat.DecimalSI),
        "m" => new(10, -3, QuantityFormat.DecimalSI),
        "" => new(10, 0, QuantityFormat.DecimalSI),
        "k" => new(10, 3, QuantityFormat.DecimalSI),
        "M" => new(10, 6, QuantityFormat.DecimalSI),
        "G" => new(10, 9, QuantityFormat.DecimalSI),
        "T" => new(10, 12, QuantityFormat.DecimalSI),
        "P" => new(10, 15, QuantityFormat.DecimalSI),
        "E" => new(10, 18, QuantityFormat.DecimalSI),
        "Ki" => new(2, 10, QuantityFormat.BinarySI),
        "Mi" => new(2, 20, QuantityFormat.BinarySI),
        "Gi" => new(2, 30, QuantityFormat.BinarySI),
        "Ti" => new(2, 40, QuantityFormat.BinarySI),
        "Pi" => new(2, 50, QuantityFormat.BinarySI),
        "Ei" => new(2, 60, QuantityFormat.BinarySI),
        _ when suffix[0] is 'e' or 'E' && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            => new(10, exponent, QuantityFormat.DecimalExponent),
        _ => null,
    };

    private static Int128 Nanos(bool isNegative, string whole, string fraction, SuffixScale scale)
    {
        var digits = (whole + fraction).TrimStart('0');
        if (digits.Length == 0) return 0;

        var magnitude = Magnitude(digits, fraction.Length, scale);
        var nanos = (Int128)BigInteger.Min(magnitude, MaxNanos);
        return isNegative ? -nanos : nanos;
    }

    private static BigInteger Magnitude(string digits, int fractionDigits, SuffixScale scale)
    {
        long places = 9L - fractionDigits + (scale.Base == 10 ? scale.Exponent : 0);
        if (digits.Length + places > MaxPlaces) return MaxNanos;
        if (digits.Length + places < -MaxPlaces) return BigInteger.One;

        var number = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        if (scale.Base == 2) number <<= scale.Exponent;
        if (places >= 0) return number * BigInteger.Pow(10, (int)places);
        var quotient = BigInteger.DivRem(number, BigInteger.Pow(10, (int)-places), out var remainder);
        return remainder.IsZero ? quotient : quotient + 1;
    }

    private readonly record struct SuffixScale(int Base, int Exponent, QuantityFormat Format);
}
