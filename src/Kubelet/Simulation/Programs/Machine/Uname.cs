using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>uname: a Linux of no distribution, on the pod's host name.</summary>
internal sealed class Uname : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var parts = new List<string>();
        if (options.Has("a", "s") || arguments.Count == 1) parts.Add("Linux");
        if (options.Has("a", "n")) parts.Add(self.Kernel.Hostname);
        if (options.Has("a", "r")) parts.Add("6.1.0-minik8s");
        if (options.Has("a", "v")) parts.Add("#1 SMP");
        if (options.Has("a", "m")) parts.Add("x86_64");
        if (options.Has("a", "o")) parts.Add("Linux");
        await self.WriteLineAsync(string.Join(' ', parts));
        return 0;
    }
}
