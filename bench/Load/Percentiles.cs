namespace MiniK8s.Load;

/// <summary>Percentiles of durations, by nearest rank.</summary>
internal static class Percentiles
{
    public static TimeSpan At(IReadOnlyList<TimeSpan> sorted, double percent) =>
        sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Count) - 1, 0, sorted.Count - 1)];

    public static string Show(IEnumerable<TimeSpan> durations)
    {
        var sorted = durations.Order().ToList();
        return $"p50 {At(sorted, 50).TotalMilliseconds:0} ms, p99 {At(sorted, 99).TotalMilliseconds:0} ms, max {sorted[^1].TotalMilliseconds:0} ms (n={sorted.Count})";
    }
}
