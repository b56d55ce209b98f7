using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>Linux's signal numbers and names.</summary>
internal static class Signals
{
    public const int Hup = 1, Int = 2, Quit = 3, Kill = 9, Usr1 = 10, Segv = 11, Usr2 = 12, Pipe = 13, Alarm = 14, Term = 15,
        Child = 17, Continue = 18, Stop = 19, Winch = 28;

    private static readonly string[] Names =
    [
        "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
    ];

    /// <summary>Takes <c>15</c>, <c>TERM</c>, <c>SIGTERM</c> in any case; null if there is no such signal.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number < 65 ? number : null;
        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        var index = Array.IndexOf(Names, name);
        return index >= 0 ? index : null;
    }

    /// <summary>Without <c>SIG</c>; <c>EXIT</c> for 0.</summary>
    public static string Name(int signal) => signal < Names.Length ? Names[signal] : signal.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a shell says of a process that it ended, as strsignal(3).</summary>
    public static string Description(int signal) => signal switch
    {
        Hup => "Hangup", Int => "Interrupt", Quit => "Quit", 4 => "Illegal instruction", 5 => "Trace/breakpoint trap", 6 => "Aborted", 7 => "Bus error",
        8 => "Floating point exception", Kill => "Killed", Usr1 => "User defined signal 1", Segv => "Segmentation fault", Usr2 => "User defined signal 2",
        Pipe => "Broken pipe", Alarm => "Alarm clock", Term => "Terminated", _ => $"Unknown signal {signal}",
    };

    /// <summary>Whether the default action is to do nothing.</summary>
    public static bool IsHarmless(int signal) => signal is Child or Continue or Stop or 20 or 21 or 22 or 23 or Winch;
}

internal enum Disposition
{
    Default,
    Ignore,

    /// <summary>Queued until the program takes it.</summary>
    Catch,
}
