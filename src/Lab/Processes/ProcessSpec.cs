namespace MiniK8s.Lab.Processes;

/// <summary>How one process of the lab is started.</summary>
/// <param name="Name">Unique in the lab: "store", "kubelet-node-1".</param>
/// <param name="Assembly">The program, in the lab's own folder: "MiniK8s.Store.dll".</param>
/// <param name="Arguments">Its flags, without ports.</param>
/// <param name="Ports">The ports it listens on, by the name of the flag that sets each; 0 takes any free one.</param>
internal sealed record ProcessSpec(string Name, string Assembly, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, int> Ports)
{
    /// <summary>The whole command line after the program's name. A port once taken is asked for again, so that others still find it.</summary>
    public IReadOnlyList<string> CommandLine(IReadOnlyDictionary<string, int> taken, string portsFile)
    {
        var line = new List<string>(Arguments);
        foreach (var (flag, port) in Ports)
        {
            line.Add($"--{flag}");
            line.Add($"{taken.GetValueOrDefault(flag, port)}");
        }
        line.AddRange(["--ports-file", portsFile, "--exit-on-stdin-close"]);
        return line;
    }
}
