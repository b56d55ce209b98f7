using Google.Protobuf.WellKnownTypes;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Spans of time as kubectl's tables show them: at most two units, coarser the longer they are.</summary>
/// <remarks>
/// at least | shown as       at least | shown as       at least | shown as
/// ---------+---------       ---------+---------       ---------+---------
/// 0        | 119s           3 h      | 7h59m          8 d      | 729d
/// 2 min    | 9m59s          8 h      | 47h            2 y      | 7y364d
/// 10 min   | 179m           2 d      | 7d23h          8 y      | 12y
/// The smaller unit is left out where it is 0. One second in the future counts as now, more is <c>&lt;invalid&gt;</c>.
/// </remarks>
internal static class HumanDuration
{
    /// <summary>The cell of a time that is not set.</summary>
    public const string Unknown = "<unknown>";

    /// <summary>How long ago <paramref name="time"/> was; <see cref="Unknown"/> for a time that is not set.</summary>
    public static string Since(Timestamp? time, DateTimeOffset now) =>
        IsZero(time) ? Unknown : Of(now - time!.ToDateTimeOffset());

    /// <summary>Whether a time is absent; 1970 stands for absent in the objects' binary form.</summary>
    public static bool IsZero(Timestamp? time) => time is null or { Seconds: 0, Nanos: 0 };

    /// <summary>The span in words.</summary>
    public static string Of(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        if (seconds < 120) return $"{seconds}s";

        var minutes = seconds / 60;
        if (minutes < 10) return Two(minutes, "m", seconds % 60, "s");
        if (minutes < 180) return $"{minutes}m";

        var hours = minutes / 60;
        if (hours < 8) return Two(hours, "h", minutes % 60, "m");
        if (hours < 48) return $"{hours}h";

        var days = hours / 24;
        if (days < 8) return Two(days, "d", hours % 24, "h");
        if (days < 730) return $"{days}d";
        return days < 2920 ? Two(days / 365, "y", days % 365, "d") : $"{days / 365}y";
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
