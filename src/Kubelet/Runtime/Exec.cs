namespace MiniK8s.Kubelet.Runtime;

/// <summary>How a command run in a container ended.</summary>
internal sealed record ExecResult(int ExitCode, string Stdout, string Stderr, bool TimedOut = false)
{
    /// <summary>Both streams, as probes and hooks show them.</summary>
    public string Output => Stdout + Stderr;
}

/// <summary>A command to be run with live streams; with <see cref="Tty"/> its errors come on stdout too.</summary>
internal sealed record ExecRequest(IReadOnlyList<string> Command, bool Tty = false);

/// <summary>
/// The caller's ends; null ones are not joined. The runtime writes to them and never closes them. One that throws IOException has gone.
/// </summary>
internal sealed record ContainerStreams(Stream? Stdin, Stream? Stdout, Stream? Stderr)
{
    /// <summary>The terminal at the caller's end; null where there is none.</summary>
    public TerminalWindow? Window { get; init; }
}

/// <summary>A terminal's size as its user last made it; 0 by 0 until that is known. Any thread may set and read it.</summary>
internal sealed class TerminalWindow
{
    private long _size;

    public (int Columns, int Rows) Size
    {
        get => Volatile.Read(ref _size) is var size ? ((int)(size >> 32), (int)size) : default;
        set => Volatile.Write(ref _size, ((long)value.Columns << 32) | (uint)value.Rows);
    }
}
