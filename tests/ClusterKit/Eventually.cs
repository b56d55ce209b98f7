namespace MiniK8s.ClusterKit;

/// <summary>Waiting for something that another process does; a wait that fails names what was missing.</summary>
public static class Eventually
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

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
            last = await ask();
            if (last is not null && fits(last)) return last;
            if (patience.IsCancellationRequested) throw new TimeoutException($"Missing after {Patience}: {what}. Last seen: {last}");
            await Task.Delay(Poll);
        }
    }
}
