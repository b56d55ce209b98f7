using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>which: where PATH has a program; aliases and functions are the shell's own business.</summary>
internal sealed class Which : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var status = 0;
        foreach (var name in arguments.Skip(1))
        {
            var path = (self.Env("PATH") ?? "/usr/bin:/bin").Split(':').Select(d => $"{d}/{name}")
                .FirstOrDefault(p => self.Files.Find(p) is { } node && VirtualFileSystem.CanExecute(node, self.User));
            if (path is null) status = 1;
            else await self.WriteLineAsync(path);
        }
        return status;
    }
}
