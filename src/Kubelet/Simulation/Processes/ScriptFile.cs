using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>Reads the interpreter line of a script.</summary>
internal static class ScriptFile
{
    /// <summary><c>#!/bin/sh -e</c> gives <c>["/bin/sh", "-e"]</c>; null if the file does not begin so.</summary>
    public static IReadOnlyList<string>? Interpreter(RegularFile file, string path)
    {
        var head = Encoding.UTF8.GetString(file.Content.Span[..int.Min(file.Length, 128)]);
        if (!head.StartsWith("#!", StringComparison.Ordinal)) return null;
        var words = head[2..].Split('\n')[0].Trim().Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return null;
        // #!/usr/bin/env sh: env would look the name up; here the known shells are where PATH has them.
        return words is ["/usr/bin/env", var name] ? [$"/bin/{name}"] : words;
    }
}
