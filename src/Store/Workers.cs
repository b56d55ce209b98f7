namespace MiniK8s.Store;

/// <summary>How the store's threads share the processors: few of them, and each to the end of its turn.</summary>
/// <remarks>
/// A call goes through the pool in four or five short steps. With a thread for each processor every step wakes a second thread, which finds
/// that the first has taken it already: at one client two thirds of the store's time went into such switches. So one pool thread for every two
/// processors, for the disk, the writer and the clients want theirs too. The pool still adds threads when nothing moves for half a second, so a
/// step that blocks costs a pause and never the process. Together with the options in Store.csproj, which also keep the pool from trying out
/// other numbers by itself.
/// A thread that wakes, as one that hears of bytes on a socket does with every few of them, waits for the one at work to end its turn
/// instead of cutting in: with a thousand clients 13,000 switches a second were such. And the threads that hear of bytes take them in themselves,
/// into the connection's buffer and no further, which is less than to have the pool do it (bench/RESULTS.md).
/// </remarks>
internal static class Workers
{
    // .NET's SocketAsyncEngine takes it from nowhere else.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Sets all of it, once, on the first thread, before the first work.</summary>
    public static void Limit()
    {
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");
        // What threads start with they have from the one that starts them. Where the system refuses, all is as usual.
        if (OperatingSystem.IsLinux()) _ = LibC.SetScheduler(0, LibC.SCHED_BATCH, new LibC.SchedulerParameters());
        ThreadPool.GetMinThreads(out _, out var completionPorts);
        // Raising it is all the runtime allows here, so the csproj begins at 1.
        ThreadPool.SetMinThreads(int.Max(1, Environment.ProcessorCount / 2), completionPorts);
    }
}
