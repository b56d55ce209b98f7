using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class ReadLink : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        foreach (var path in options.Operands)
        {
            if (options.Has("f")) await self.WriteLineAsync(self.Kernel.Files.Locate(path, self.WorkingDirectory).FullPath);
            else if (self.Files.Find(path, followLast: false) is SymbolicLink link) await self.WriteLineAsync(link.Target);
            else return 1;
        }
        return 0;
    }
}
