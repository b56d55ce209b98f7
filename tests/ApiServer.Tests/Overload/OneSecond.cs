using System.Diagnostics;

namespace MiniK8s.ApiServer.Tests.Overload;

/// <summary>The bound on what one hostile request may cost: a second of processor time.</summary>
/// <remarks>
/// The server is this very process, and its own collection's tests run alone in it. On a machine that is busy with other things the clock says
/// little, so it only has to stay within ten seconds: a wait that nothing ends is longer. What is slow once, as all is the first time, is asked again.
/// </remarks>
internal static class OneSecond
{
    private const int Attempts = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks again while it costs more than a second; gives the answer and whether one attempt cost less.</summary>
    public static async Task<(T Answer, bool IsMet)> AskAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var answer = await ask();
            var (time, spent) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu);
            var isMet = time <= Limit || (time <= Patience && spent <= Limit);
            if (isMet || attempt == Attempts) return (answer, isMet);
        }
    }
}
