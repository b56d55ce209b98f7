namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// What an executable of an image does. Stateless: one instance serves every process. Everything a program needs (arguments, environment,
/// files, streams, network,
/// signals, time) it takes from the process; every wait takes <see cref="SimProcess.Killed"/>.
/// </summary>
internal interface IProgram
{
    /// <summary>
    /// Answers the exit code, 0–255. <paramref name="arguments"/> is all of argv, the name first: mostly the process's own, but a shell
    /// runs its built-in commands
    /// (echo, test …) in its own process this way.
    /// </summary>
    ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments);
}

/// <summary>Thrown by a program to end the process with a code from any depth.</summary>
internal sealed class ProcessExit(int code) : Exception
{
    public int Code { get; } = code;
}

/// <summary>A program, and the arguments that an interpreter line (<c>#!/bin/sh</c>) puts between its name and the rest.</summary>
/// <param name="Program">What runs.</param>
/// <param name="Interpreter">The interpreter line's words; empty for a program.</param>
/// <param name="Path">Where it was found; a script's interpreter is given it in place of the name.</param>
internal sealed record ResolvedCommand(IProgram Program, IReadOnlyList<string> Interpreter, string Path)
{
    public ResolvedCommand(IProgram program) : this(program, [], "")
    {
    }
}
