namespace MiniK8s.Testing;

/// <summary>Work that keeps a processor busy until it is told to stop, on a thread of its own.</summary>
/// <remarks>
/// The pool has as many threads as the machine has processors, and adds one only after seconds when all of them work. Two readers that go round
/// and round on it hold up every other test of the process: its keep-alives go out late, its server's connections run into their limits.
/// </remarks>
public static class Busy
{
    /// <summary>Begins the work; the task ends with it.</summary>
    public static Task Run(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc cref="Run(Action)"/>
    public static Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
