using System.Diagnostics;
using System.Globalization;

namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>How long a thread has had a processor, how long it has waited for one, and what the clock says.</summary>
/// <remarks>
/// Linux counts both for every thread (/proc/thread-self/schedstat, in nanoseconds), so what other processes and other tests take of a shared machine is not
/// in <paramref name="Cpu"/>. Elsewhere the clock stands for it: nothing is excused.
/// </remarks>
internal readonly record struct ThreadTimes(TimeSpan Clock, TimeSpan Cpu, TimeSpan Queued)
{
    private const string File = "/proc/thread-self/schedstat";

    /// <summary>Neither had a processor nor waited for one: stood still.</summary>
    public TimeSpan Idle => Clock - Cpu - Queued;

    /// <summary>Of the thread that asks.</summary>
    public static ThreadTimes Now()
    {
        var clock = Stopwatch.GetElapsedTime(0);
        if (!System.IO.File.Exists(File)) return new(clock, clock, TimeSpan.Zero);
        var counts = System.IO.File.ReadAllText(File).Split(' ');
        return new(clock, Nanoseconds(counts[0]), Nanoseconds(counts[1]));
    }

    public static ThreadTimes operator -(ThreadTimes left, ThreadTimes right) => new(left.Clock - right.Clock, left.Cpu - right.Cpu, left.Queued - right.Queued);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cpu.TotalMilliseconds:0} ms of a processor, {Queued.TotalMilliseconds:0} ms waiting for one, {Clock.TotalMilliseconds:0} ms by the clock");

    private static TimeSpan Nanoseconds(string count) => TimeSpan.FromMicroseconds(long.Parse(count, CultureInfo.InvariantCulture) / 1000.0);
}
