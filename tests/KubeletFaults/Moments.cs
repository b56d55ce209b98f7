using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MiniK8s.KubeletFaults;

/// <summary>
/// The named moments of a process's work. At the one that was asked for it is gone, as by kill -9 (nothing is flushed, nobody is told), or stands still, as
/// by kill -STOP.
/// </summary>
internal sealed class Moments(FaultFlags faults)
{
    private const int Stop = 19;

    private readonly Lock _gate = new();        // guards the file of notes
    private int _comings;
    private int _pauses;

    /// <summary>Does not return where the process is to end, and not before it is told to go on where it is to pause.</summary>
    public void Reach(string moment)
    {
        if (moment == faults.PauseAt && Interlocked.Increment(ref _pauses) == 1)
        {
            Note("pause");
            // Every thread stands still, and this one first. A signal to the process may be left to another thread to act upon, and this one goes on until then.
            _ = Raise(Stop);
            Note("go on");
        }
        if (moment != faults.DieAt || Interlocked.Increment(ref _comings) != faults.DieOn) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);     // not a step further, however long the signal takes
    }

    /// <summary>Writes a line that outlives the process.</summary>
    public void Note(string line)
    {
        if (faults.CallsFile is not { } file) return;
        lock (_gate) File.AppendAllText(file, line + "\n");
    }

    /// <summary>A call with a moment before and one after it.</summary>
    public async Task<T> AroundAsync<T>(string call, Func<Task<T>> make)
    {
        Reach($"before-{call}");
        var result = await make();
        Reach($"after-{call}");
        return result;
    }

    /// <summary>A call with a moment before it, one in it (it has begun and not ended yet, unless it ends at once) and one after it.</summary>
    public async Task AroundAsync(string call, Func<Task> make)
    {
        Reach($"before-{call}");
        var run = make();
        Reach($"in-{call}");
        await run;
        Reach($"after-{call}");
    }

    [DllImport("libc", EntryPoint = "raise")]
    private static extern int Raise(int signal);
}
