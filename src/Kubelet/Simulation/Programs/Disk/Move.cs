using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class Move() : EachOperand("mv")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(1);

    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        await Copy.CopyAsync(self, path, Copy.Into(self, path, options.Operands[^1]), recursive: true);
        self.Files.Delete(path);
    }

    protected override string Failure(string path) => $"can't rename '{path}'";
}
