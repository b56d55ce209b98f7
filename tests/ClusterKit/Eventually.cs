using System.Diagnostics;

namespace MiniK8s.ClusterKit;

/// <summary>Waiting for something that another process does; a wait that fails names what was missing.</summary>
public static class Eventually
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    // What is asked of the API is asked often. What takes a process to ask leaves the processor to those that are waited for, most of the time.
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(500);

    public static Task TrueAsync(Func<bool> holds, string what) => TrueAsync(() => Task.FromResult(holds()), what);

    public static Task TrueAsync(Func<Task<bool>> holds, string what) => GetAsync(async () => await holds() ? "" : null, _ => true, what);

    /// <summary>Asks until the answer fits, and returns it.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> ask, Func<T, bool> fits, string what)
        where T : class
    {
        using var patience = new CancellationTokenSource(Patience);
        T? last = null;
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            last = await ask();
            if (last is not null && fits(last)) return last;
            if (patience.IsCancellationRequested) throw new TimeoutException($"Missing after {Patience}: {what}. Last seen: {last}");
            await Task.Delay(PollAfter(Stopwatch.GetElapsedTime(asked)));
        }
    }

    private static TimeSpan PollAfter(TimeSpan asking) => asking * 4 is var poll && poll < ShortestPoll ? ShortestPoll : poll < LongestPoll ? poll : LongestPoll;
}
