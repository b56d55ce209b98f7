using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>readlink: where a link points; with <c>-f</c> where the path leads in the end.</summary>
internal sealed class ReadLink : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        foreach (var path in options.Operands)
        {
            if (options.Has("f"))
            {
                if (RealPath.Of(self, path) is not { } full) return 1;
                await self.WriteLineAsync(full);
            }
            else if (self.Files.Find(path, followLast: false) is SymbolicLink link) await self.WriteLineAsync(link.Target);
            else return 1;
        }
        return 0;
    }
}
