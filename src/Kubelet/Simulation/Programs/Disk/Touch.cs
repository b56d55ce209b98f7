using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class Touch() : EachOperand("touch", "rdt")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if (self.Files.Exists(path)) self.Files.SetAttributes(path, touch: true);
        else if (!options.Has("c")) self.Files.OpenWrite(path, append: true).Release();
        return ValueTask.CompletedTask;
    }
}
