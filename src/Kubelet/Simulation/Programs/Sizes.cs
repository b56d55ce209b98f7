using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>Sizes with a suffix: <c>64</c>, <c>4k</c>, <c>150M</c>, <c>1G</c>.</summary>
internal static class Sizes
{
    private const double Most = 1L << 50;       // more than any machine has, and far from where sums overflow

    public static long Parse(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var number = digits == 0 ? 1 : double.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        return (long)double.Min(Most, number * (text.Length == digits ? 1 : char.ToUpperInvariant(text[digits]) switch { 'K' => 1L << 10, 'M' => 1L << 20, 'G' => 1L << 30, _ => 1 }));
    }
}
