namespace MiniK8s.Store;

/// <summary>How many pool threads work at once: one for every two processors, for the disk, the writer and the clients want theirs too.</summary>
/// <remarks>
/// A call goes through the pool in four or five short steps. With a thread for each processor every step wakes a second thread, which finds
/// that the first has taken it already: at one client two thirds of the store's time went into such switches. The pool still adds threads
/// when nothing moves for half a second, so a step that blocks costs a pause and never the process. Together with the options in
/// Store.csproj, which also keep the pool from trying out other numbers by itself.
/// </remarks>
internal static class Workers
{
    /// <summary>Sets the number, once, before the first work. Raising it is all the runtime allows here, so the csproj begins at 1.</summary>
    public static void Limit()
    {
        ThreadPool.GetMinThreads(out _, out var completionPorts);
        ThreadPool.SetMinThreads(int.Max(1, Environment.ProcessorCount / 2), completionPorts);
    }
}
