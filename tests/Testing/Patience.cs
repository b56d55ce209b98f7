using System.Diagnostics;

namespace MiniK8s.Testing;

/// <summary>Waiting for a named event: a test that hangs says what was missing.</summary>
public static class Patience
{
    /// <summary>How long, in real time, a test waits for something that should come at once: 60 s, since that may be the start of a process on a machine full of others.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The task's result, or after <see cref="Limit"/> a TimeoutException that names the event.</summary>
    public static async Task<T> OrMissing<T>(this Task<T> task, string what)
    {
        await ((Task)task).OrMissing(what).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="OrMissing{T}(Task{T}, string)"/>
    public static async Task OrMissing(this Task task, string what)
    {
        await Task.WhenAny(task, Task.Delay(Limit)).ConfigureAwait(false);
        // On a machine that has stood still both may be over by now, and which of them was first says nothing.
        if (!task.IsCompleted) throw new TimeoutException($"Missing after {Limit.TotalSeconds} s: {what}.");
        await task.ConfigureAwait(false);
    }

    /// <summary>Asks every 20 ms until it holds; after <see cref="Limit"/> a TimeoutException that says what did not.</summary>
    /// <remarks>It is asked once more when the limit has passed: an answer that itself took that long, on a machine that stood still, is an old one.</remarks>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var isLastTime = since.Elapsed > Limit;
            if (await holds().ConfigureAwait(false)) return;
            if (isLastTime) throw new TimeoutException($"Missing after {Limit.TotalSeconds} s: {what}.");
            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, string)"/>
    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);
}
