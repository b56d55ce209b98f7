using System.Text.RegularExpressions;

using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Rules;

/// <summary>Durations as Go writes them: 1h30m, 1.5s, 300ms.</summary>
internal static partial class GoDuration
{
    private static readonly string[] Units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

    /// <summary>What is wrong with a duration, in Go's words; null if nothing is.</summary>
    public static string? FaultIn(string duration)
    {
        var quoted = GoText.Quote(duration);
        var rest = duration.AsSpan();
        if (rest.Length > 0 && rest[0] is '+' or '-') rest = rest[1..];
        if (rest is "0") return null;
        if (rest.IsEmpty) return $"time: invalid duration {quoted}";
        while (!rest.IsEmpty)
        {
            var number = rest.IndexOfAnyExcept("0123456789.");
            var digits = number < 0 ? rest : rest[..number];
            if (!Number().IsMatch(digits)) return $"time: invalid duration {quoted}";
            rest = rest[digits.Length..];
            var next = rest.IndexOfAny("0123456789.");
            var unit = (next < 0 ? rest : rest[..next]).ToString();
            if (unit.Length == 0) return $"time: missing unit in duration {quoted}";
            if (!Units.Contains(unit)) return $"time: unknown unit {GoText.Quote(unit)} in duration {quoted}";
            rest = rest[unit.Length..];
        }
        return null;
    }

    [GeneratedRegex(@"^([0-9]+\.?[0-9]*|\.[0-9]+)\z")]
    private static partial Regex Number();
}
