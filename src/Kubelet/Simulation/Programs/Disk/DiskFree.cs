using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>df: one file system of a fixed size, at the root and at each mount; <c>-h</c>.</summary>
internal sealed class DiskFree : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var human = new Arguments(arguments).Has("h");
        await self.WriteLineAsync(human ? "Filesystem                Size      Used Available Use% Mounted on" : "Filesystem           1K-blocks      Used Available Use% Mounted on");
        var row = human ? "                 97.9G     20.0G     77.9G  20% " : "             102687672  20971520  81716152  20% ";
        await self.WriteLineAsync($"overlay {row}/");
        foreach (var mount in self.Kernel.Files.Mounts.Where(m => m.Path != "/").OrderBy(m => m.Path, StringComparer.Ordinal)) await self.WriteLineAsync($"/dev/vda1 {row}{mount.Path}");
        return 0;
    }
}
