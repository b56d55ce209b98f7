namespace MiniK8s.Kubelet.Runtime;

/// <summary>How a command run in a container ended.</summary>
internal sealed record ExecResult(int ExitCode, string Stdout, string Stderr, bool TimedOut = false)
{
    /// <summary>Both streams, as probes and hooks show them.</summary>
    public string Output => Stdout + Stderr;
}

/// <summary>A command to be run with live streams; with <see cref="Tty"/> its errors come on stdout too.</summary>
internal sealed record ExecRequest(IReadOnlyList<string> Command, bool Tty = false);

/// <summary>The caller's ends; null ones are not joined. The runtime writes to them and never closes them.</summary>
internal sealed record ContainerStreams(Stream? Stdin, Stream? Stdout, Stream? Stderr);
