using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>du: what lies below each path in whole blocks, as one sum a path.</summary>
internal sealed class DiskUse : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        foreach (var path in new Arguments(arguments, "d").Operands.DefaultIfEmpty("."))
            await self.WriteLineAsync($"{await SizeAsync(self, path) / 1024}\t{path}");
        return 0;
    }

    private static async ValueTask<long> SizeAsync(SimProcess self, string path)
    {
        await self.Kernel.Throttle.StepAsync(self);
        if (self.Files.Find(path, followLast: false) is not { } node) return 0;
        if (node is not DirectoryNode) return (ListFiles.SizeOf(node) + 4095) / 4096 * 4096;
        var size = 4096L;
        foreach (var (name, _) in self.Files.List(path)) size += await SizeAsync(self, $"{path}/{name}");
        return size;
    }
}
