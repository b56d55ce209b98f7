using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>Durations as sleep and timeout take them: <c>5</c>, <c>0.5</c>, <c>2m</c>, <c>1h</c>, <c>1d</c>.</summary>
internal static class Durations
{
    public static TimeSpan? Parse(string text)
    {
        var unit = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
        var digits = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[..^1] : text;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
        var seconds = unit switch { 's' => number, 'm' => number * 60, 'h' => number * 3600, 'd' => number * 86400, _ => double.NaN };
        return double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(double.Min(seconds, 40_000_000));
    }
}
