using System.Globalization;
using System.Text;

namespace MiniK8s.Api.Errors;

/// <summary>Text as Go prints it; Kubernetes' messages are full of it.</summary>
public static class GoText
{
    /// <summary>A string in double quotes with Go's escapes, as <c>%q</c> prints it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes()) Append(quoted, rune);
        return quoted.Append('"').ToString();
    }

    /// <summary>A list of strings as <c>%#v</c> prints it: <c>[]string{"a", "b"}</c>.</summary>
    public static string StringSlice(IEnumerable<string> items) => $"[]string{{{string.Join(", ", items.Select(Quote))}}}";

    /// <summary>A map as <c>%#v</c> prints it: <c>map[string]string{"a":"b"}</c>, keys sorted.</summary>
    public static string StringMap(IEnumerable<KeyValuePair<string, string>> items) =>
        $"map[string]string{{{string.Join(", ", items.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => $"{Quote(i.Key)}:{Quote(i.Value)}"))}}}";

    /// <summary>A duration as <c>%v</c> prints it: <c>1.5s</c>, <c>2m0s</c>, <c>15m0s</c>, <c>1h0m0s</c>, <c>300ms</c>, <c>1.5µs</c>, <c>0s</c>.</summary>
    /// <remarks>Source: Duration.String in Go's package time.</remarks>
    public static string Duration(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero) return "-" + Duration(duration.Negate());
        if (duration == TimeSpan.Zero) return "0s";
        if (duration < TimeSpan.FromMicroseconds(1)) return Number(duration.TotalNanoseconds) + "ns";
        if (duration < TimeSpan.FromMilliseconds(1)) return Number(duration.TotalMicroseconds) + "µs";
        if (duration < TimeSpan.FromSeconds(1)) return Number(duration.TotalMilliseconds) + "ms";
        var seconds = Number((double)(duration.Ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerSecond) + "s";
        if (duration < TimeSpan.FromMinutes(1)) return seconds;
        return duration < TimeSpan.FromHours(1) ? $"{duration.Minutes}m{seconds}" : $"{(long)duration.TotalHours}h{duration.Minutes}m{seconds}";
    }

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder quoted, Rune rune)
    {
        switch (rune.Value)
        {
            case '"': quoted.Append("\\\""); break;
            case '\\': quoted.Append("\\\\"); break;
            case '\a': quoted.Append("\\a"); break;
            case '\b': quoted.Append("\\b"); break;
            case '\f': quoted.Append("\\f"); break;
            case '\n': quoted.Append("\\n"); break;
            case '\r': quoted.Append("\\r"); break;
            case '\t': quoted.Append("\\t"); break;
            case '\v': quoted.Append("\\v"); break;
            case < 0x20 or 0x7f: quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"); break;
            case < 0x7f: quoted.Append((char)rune.Value); break;
            default: AppendWide(quoted, rune); break;
        }
    }

    private static void AppendWide(StringBuilder quoted, Rune rune)
    {
        var isPrintable = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        if (isPrintable) quoted.Append(rune.ToString());
        else if (rune.IsBmp) quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
    }
}
