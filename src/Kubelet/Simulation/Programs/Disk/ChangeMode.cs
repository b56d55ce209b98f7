using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>chmod: octal modes and clauses, with <c>-R</c>.</summary>
internal sealed class ChangeMode : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        // "-x" and the like are modes, not options.
        var isRecursive = arguments.Skip(1).Any(a => a is "-R" or "-Rf" or "-fR");
        var operands = arguments.Skip(1).Where(a => a is not ("-R" or "-Rf" or "-fR" or "-f" or "-v" or "-c" or "--")).ToList();
        if (operands.Count < 2)
        {
            await self.ErrorAsync("Usage: chmod [-Rcvf] MODE[,MODE]... FILE...");
            return 1;
        }
        if (Permissions.Parse(operands[0], 0, self.Umask) is null)
        {
            await self.ErrorAsync($"chmod: invalid mode '{operands[0]}'");
            return 1;
        }
        var status = 0;
        foreach (var path in operands.Skip(1))
        {
            try
            {
                await ApplyAsync(self, operands[0], path, isRecursive);
            }
            catch (FileError error)
            {
                await self.ErrorAsync($"chmod: {path}: {error.Message}");
                status = 1;
            }
        }
        return status;
    }

    private static async ValueTask ApplyAsync(SimProcess self, string mode, string path, bool recursive)
    {
        await self.Kernel.Throttle.StepAsync(self);
        var node = self.Files.Demand(path);
        self.Files.SetAttributes(path, mode: Permissions.Parse(mode, node.Mode, self.Umask, node is DirectoryNode));
        if (recursive && node is DirectoryNode)
            foreach (var (name, _) in self.Files.List(path).Where(e => e.Value is not SymbolicLink)) await ApplyAsync(self, mode, $"{path}/{name}", recursive);
    }
}
