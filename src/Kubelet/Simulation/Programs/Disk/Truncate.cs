using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>truncate <c>-s</c>: cuts a file, or fills it up with zeroes.</summary>
internal sealed class Truncate() : EachOperand("truncate", "s")
{
    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var size = (int)long.Min(Sizes.Parse(options.Value("s") ?? "0"), FileTree.MaxFileBytes);
        var content = self.Files.Exists(path) ? await self.Files.ReadAllAsync(path) : [];
        Array.Resize(ref content, size);
        var file = self.Files.OpenWrite(path, append: false);
        await file.WriteAsync(content, self.Killed);
        file.Release();
    }
}
