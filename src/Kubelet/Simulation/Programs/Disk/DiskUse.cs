using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>du: what lies below each path in whole blocks, as one sum a path.</summary>
internal sealed class DiskUse : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        foreach (var path in new Arguments(arguments, "d").Operands.DefaultIfEmpty("."))
            await self.WriteLineAsync($"{Size(self, path) / 1024}\t{path}");
        return 0;
    }

    private static long Size(SimProcess self, string path) => self.Files.Find(path) switch
    {
        DirectoryNode => 4096 + self.Files.List(path).Sum(e => Size(self, $"{path}/{e.Key}")),
        { } node => (ListFiles.SizeOf(node) + 4095) / 4096 * 4096,
        null => 0,
    };
}
