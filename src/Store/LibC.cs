using System.Runtime.InteropServices;

namespace MiniK8s.Store;

/// <summary>Calls of the system's C library that .NET has no word for. Linux; fsync of a directory on every Unix.</summary>
internal static class LibC
{
    /// <summary>No space left on device.</summary>
    public const int ENOSPC = 28;

    /// <summary>Disk quota exceeded.</summary>
    public const int EDQUOT = 122;

    /// <summary>The policy of threads that preempt no other when they wake: sched(7).</summary>
    public const int SCHED_BATCH = 3;

    /// <summary>Opens for reading when <paramref name="flags"/> is 0.</summary>
    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    public static extern int Open(string path, int flags);

    /// <summary>Forces data and all of the file's attributes to the disk.</summary>
    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static extern int Fsync(int descriptor);

    /// <summary>Forces data to the disk, and of the attributes only what is needed to read them back.</summary>
    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static extern int Fdatasync(SafeHandle file);

    /// <summary>Gives the file its blocks and its length; the new ones read as zeroes. Returns an error number, 0 when done.</summary>
    [DllImport("libc", EntryPoint = "posix_fallocate")]
    public static extern int Preallocate(SafeHandle file, long offset, long length);

    /// <summary>Closes what <see cref="Open"/> opened.</summary>
    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int descriptor);

    /// <summary>Sets the scheduling policy of a thread, 0 for the one that calls, and of those it will start.</summary>
    [DllImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static extern int SetScheduler(int thread, int policy, in SchedulerParameters parameters);

    /// <summary>struct sched_param: the priority, 0 for any policy that is not of real time.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct SchedulerParameters(int Priority);
}
