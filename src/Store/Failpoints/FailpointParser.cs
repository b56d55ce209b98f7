using System.Globalization;
using System.Text.RegularExpressions;

using MiniK8s.Hosting.Flags;

namespace MiniK8s.Store.Failpoints;

/// <summary>Reads the value of --failpoints.</summary>
/// <remarks>
/// <code>
/// after-sync=kill                              at the first hit
/// after-sync=37*kill                           at the 37th hit alone
/// before-sync=sleep(200ms)                     at every hit
/// before-sync=3*error;watch-send=sleep(1s)     several, parted by semicolons
/// </code>
/// </remarks>
internal static partial class FailpointParser
{
    private static readonly Dictionary<string, Failpoint> _points =
        Enum.GetValues<Failpoint>().ToDictionary(point => FlagName.Of(point.ToString()), StringComparer.Ordinal);

    /// <summary>The actions, in the order written; none for an empty text.</summary>
    /// <exception cref="FormatException">The text is not a plan; the message names the part and what would have been right.</exception>
    public static FailpointAction[] Parse(string text) =>
        [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParsePart)];

    /// <summary>Why the text is not a plan; null when it is one.</summary>
    public static string? WhyNot(string text)
    {
        try
        {
            Parse(text);
            return null;
        }
        catch (FormatException ex)
        {
            return ex.Message;
        }
    }

    private static FailpointAction ParsePart(string part)
    {
        var match = Pattern().Match(part);
        if (!match.Success) throw new FormatException($"'{part}' is not NAME=ACTION with an ACTION like kill, 3*kill, sleep(200ms), error or full");
        var name = match.Groups["name"].Value;
        if (!_points.TryGetValue(name, out var point)) throw new FormatException($"'{name}' is no failpoint; there are {string.Join(", ", _points.Keys)}");

        return new FailpointAction(point, ParseHit(part, match.Groups["hit"].Value), KindOf(match.Groups["kind"].Value), ParseDuration(part, match.Groups["duration"].Value));
    }

    private static int ParseHit(string part, string hit)
    {
        if (hit.Length == 0) return 0;
        if (int.TryParse(hit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) return number;
        throw new FormatException($"'{part}' counts hits from 1 to {int.MaxValue}");
    }

    private static FailpointKind KindOf(string kind) => kind switch
    {
        "kill" => FailpointKind.Kill,
        "error" => FailpointKind.Error,
        "full" => FailpointKind.Full,
        _ => FailpointKind.Sleep,
    };

    private static TimeSpan ParseDuration(string part, string duration)
    {
        if (duration.Length == 0) return TimeSpan.Zero;
        try
        {
            return Duration.Parse(duration);
        }
        catch (FormatException ex)
        {
            throw new FormatException($"'{part}': '{duration}' {ex.Message}", ex);
        }
    }

    [GeneratedRegex(@"^(?<name>[a-z-]+)=((?<hit>\d+)\*)?(?<kind>kill|error|full|sleep\((?<duration>[^()-]+)\))$")]
    private static partial Regex Pattern();
}
