using System.Globalization;
using System.Text.RegularExpressions;

namespace MiniK8s.Hosting.Flags;

/// <summary>Durations as Kubernetes' flags write them (<c>300ms</c>, <c>1m30s</c>, <c>0</c>) or as .NET does (<c>00:01:30</c>).</summary>
public static partial class Duration
{
    /// <summary>The duration a text means.</summary>
    /// <exception cref="FormatException">It means none; the message says what would have been right, as the end of a sentence.</exception>
    public static TimeSpan Parse(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)) return span;
        var match = Pattern().Match(text);
        if (!match.Success) throw new FormatException("is not a duration such as 500ms, 30s or 1m30s");
        var parts = match.Groups["part"].Captures.Select(part => PartOf(part.Value));
        return parts.Aggregate(TimeSpan.Zero, (sum, part) => sum + part) * (text[0] == '-' ? -1 : 1);
    }

    private static TimeSpan PartOf(string part)
    {
        var unit = part.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        var number = double.Parse(part[..^unit.Length], CultureInfo.InvariantCulture);
        return number * unit switch
        {
            "us" => TimeSpan.FromMicroseconds(1),
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromHours(1),
        };
    }

    [GeneratedRegex(@"^-?(?<part>\d+(\.\d+)?(us|ms|s|m|h))+$")]
    private static partial Regex Pattern();
}
