using System.Globalization;
using System.Text;

namespace MiniK8s.Kubelet.Containers;

/// <summary>Durations as Go prints them, which is how Kubernetes' messages show them: <c>912ms</c>, <c>1.5s</c>, <c>1m20s</c>, <c>5m0s</c>.</summary>
internal static class GoDuration
{
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        if (duration < TimeSpan.FromSeconds(1)) return Number(duration.TotalMilliseconds) + "ms";

        var text = new StringBuilder();
        if (duration.TotalHours >= 1) text.Append(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours}h");
        if (duration.TotalMinutes >= 1) text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        return text.Append(Number(duration.TotalSeconds - (long)duration.TotalMinutes * 60)).Append('s').ToString();
    }

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
