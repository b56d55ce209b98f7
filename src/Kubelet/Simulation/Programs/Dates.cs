using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>Dates as date and touch take them with <c>-d</c> and <c>-t</c>; the zone is UTC.</summary>
internal static class Dates
{
    private static readonly string[] Shapes =
    [
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd", "yyyy.MM.dd-HH:mm:ss", "yyyy.MM.dd-HH:mm", "yyyyMMddHHmm.ss", "yyyyMMddHHmm", "MMddHHmm", "HH:mm:ss", "HH:mm",
        "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss",
    ];

    /// <summary>Null if it is none of the known shapes.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (text == "now") return now;
        if (text.StartsWith('@')) return long.TryParse(text.AsSpan(1), CultureInfo.InvariantCulture, out var epoch) ? DateTimeOffset.UnixEpoch.AddSeconds(long.Clamp(epoch, -60_000_000_000, 250_000_000_000)) : null;
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.NoCurrentDateDefault;
        if (!DateTime.TryParseExact(text, Shapes, CultureInfo.InvariantCulture, Style, out var date)) return null;
        return new DateTimeOffset(date.Year == 1 ? now.UtcDateTime.Date.Add(date.TimeOfDay) : date, TimeSpan.Zero);
    }
}
