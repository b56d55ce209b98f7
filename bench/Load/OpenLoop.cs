using System.Diagnostics;

namespace MiniK8s.Load;

/// <summary>Requests at a steady rate: what is late is sent at once, and nobody waits for an answer before the next is due.</summary>
internal static class OpenLoop
{
    /// <summary>Sends so many, so many a second, and waits for all of them.</summary>
    public static async Task RunAsync(int perSecond, int count, Func<int, Task> sendAsync)
    {
        var (began, calls) = (Stopwatch.GetTimestamp(), new List<Task>(count));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (calls.Count < count)
        {
            await timer.WaitForNextTickAsync();
            var due = Math.Min(count, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond));
            while (calls.Count < due) calls.Add(sendAsync(calls.Count));
        }
        await Task.WhenAll(calls);
    }
}
