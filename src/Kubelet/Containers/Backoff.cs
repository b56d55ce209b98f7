namespace MiniK8s.Kubelet.Containers;

/// <summary>Delays that double from 10 s to 300 s, and are forgotten 600 s after they were last raised [client-go util/flowcontrol/backoff.go].</summary>
/// <remarks>Not thread-safe: one owner, the pod's worker.</remarks>
internal sealed class Backoff
{
    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(600);

    // Few pods ever have any.
    private Dictionary<string, Entry>? _entries;
    private Dictionary<string, Failure>? _failures;

    /// <summary>The delay that still holds <paramref name="key"/> back at <paramref name="now"/>, counted from <paramref name="since"/>; null when it may go.</summary>
    public TimeSpan? Holding(string key, DateTimeOffset since, DateTimeOffset now) =>
        _entries is not null && _entries.TryGetValue(key, out var entry) && since - entry.LastUpdate <= Memory && now - since < entry.Delay ? entry.Delay : null;

    /// <summary>Raises the delay for the next time.</summary>
    public void Raise(string key, DateTimeOffset since, DateTimeOffset now)
    {
        var delay = _entries is not null && _entries.TryGetValue(key, out var entry) && since - entry.LastUpdate <= Memory
            ? TimeSpan.FromTicks(Math.Min(entry.Delay.Ticks * 2, Cap.Ticks))
            : Initial;
        (_entries ??= [])[key] = new Entry(delay, now);
    }

    /// <summary>Notes a failure, and raises the delay that is counted from it.</summary>
    public void Failed(string key, string message, DateTimeOffset now)
    {
        Raise(key, now, now);
        (_failures ??= [])[key] = new(now, message);
    }

    /// <summary>When and how the last attempt at <paramref name="key"/> failed.</summary>
    public Failure? LastFailure(string key) => _failures?.GetValueOrDefault(key);

    /// <summary>A failed attempt.</summary>
    internal sealed record Failure(DateTimeOffset At, string Message);

    private readonly record struct Entry(TimeSpan Delay, DateTimeOffset LastUpdate);
}
