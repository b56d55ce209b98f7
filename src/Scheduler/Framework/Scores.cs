namespace MiniK8s.Scheduler.Framework;

/// <summary>The scale all scores share.</summary>
internal static class Scores
{
    public const long Max = 100;

    /// <summary>Scales to 0..100 by the largest, turned round if <paramref name="reverse"/>. All zero: stays so, or all 100 if reverse.</summary>
    public static void NormalizeToMax(Span<long> scores, bool reverse)
    {
        long largest = 0;
        foreach (var score in scores) largest = long.Max(largest, score);
        foreach (ref var score in scores)
        {
            var scaled = largest == 0 ? 0 : Max * score / largest;
            score = reverse ? Max - scaled : scaled;
        }
    }
}
