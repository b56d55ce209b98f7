namespace MiniK8s.Store;

/// <summary>How the store's threads share the processors: few of them, and each to the end of its turn.</summary>
/// <remarks>
/// A call goes through the pool in four or five short steps. With a thread for each processor every step wakes a second thread, which finds
/// that the first has taken it already: at one client two thirds of the store's time went into such switches. So one pool thread for every two
/// processors, for the disk, the writer and the clients want theirs too. The pool still adds threads when nothing moves for half a second, so a
/// step that blocks costs a pause and never the process. Together with the options in Store.csproj, which also keep the pool from trying out
/// other numbers by itself.
/// A thread that wakes, as the one that hears of bytes on a socket does with every few of them, waits for the one at work to end its turn
/// instead of cutting in: with a thousand clients 13,000 switches a second were such. And that thread takes the bytes in itself, into the
/// connection's buffer and no further, which is less than to have the pool do it (bench/RESULTS.md).
/// </remarks>
internal static class Workers
{
    // Which SocketAsyncEngine of .NET asks for, and of nobody but the environment.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Sets all of it, once, on the first thread, before the first work.</summary>
    public static void Limit()
    {
        Environment.SetEnvironmentVariable(InlineCompletions, "1");
        // What threads start with they have from the one that starts them. Where the system refuses, all is as usual.
        if (OperatingSystem.IsLinux()) _ = LibC.SetScheduler(0, LibC.SCHED_BATCH, new LibC.SchedulerParameters());
        ThreadPool.GetMinThreads(out _, out var completionPorts);
        // Raising it is all the runtime allows here, so the csproj begins at 1.
        ThreadPool.SetMinThreads(int.Max(1, Environment.ProcessorCount / 2), completionPorts);
    }
}
