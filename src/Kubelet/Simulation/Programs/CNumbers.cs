using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>Numbers as C's library reads and prints them.</summary>
internal static class CNumbers
{
    /// <summary>strtoll with base 0: blanks and a sign first, <c>0x</c> and <c>0</c> prefixes; null if anything else is in it.</summary>
    public static long? Parse(string text)
    {
        var digits = text.TrimStart();
        var isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+')) digits = digits[1..];
        if (Magnitude(digits) is not { } value) return null;
        return isNegative ? -value : value;
    }

    /// <summary>What <c>%f</c>, <c>%e</c> and <c>%g</c> make of a number.</summary>
    public static string Format(double number, char kind, int precision)
    {
        var culture = CultureInfo.InvariantCulture;
        if (!double.IsFinite(number)) return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        if (kind is 'f' or 'F') return number.ToString("F" + precision, culture);
        if (kind is 'e' or 'E') return number.ToString($"0.{new string('0', precision)}e+00", culture).Replace(".e", "e", StringComparison.Ordinal);
        // %g: so many significant digits, the exponent where it is large or small, no trailing noughts.
        precision = int.Max(1, precision);
        var exponent = number == 0 ? 0 : int.Parse(number.ToString($"0.{new string('0', precision - 1)}e+00", culture).Split('e')[1], culture);
        if (exponent < -4 || exponent >= precision)
        {
            var parts = number.ToString($"0.{new string('0', precision - 1)}e+00", culture).Split('e');
            return $"{Trimmed(parts[0])}e{parts[1]}";
        }
        return Trimmed(number.ToString("F" + (precision - 1 - exponent), culture));
    }

    private static string Trimmed(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;

    private static long? Magnitude(string digits)
    {
        var culture = CultureInfo.InvariantCulture;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, culture, out var hex) ? hex : null;
        if (digits.Length > 1 && digits[0] == '0')
            return digits.Length < 22 && digits.All(c => c is >= '0' and <= '7') ? Convert.ToInt64(digits, 8) : null;
        return long.TryParse(digits, NumberStyles.None, culture, out var value) ? value : null;
    }
}
