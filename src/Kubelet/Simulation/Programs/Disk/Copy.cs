using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class Copy() : EachOperand("cp")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(1);

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path) =>
        CopyAsync(self, path, Into(self, path, options.Operands[^1]), options.Has("r", "R", "a"));

    protected override string Failure(string path) => $"can't stat '{path}'";

    public static string Into(SimProcess self, string source, string target) =>
        self.Files.Find(target) is DirectoryNode ? $"{target.TrimEnd('/')}/{FileTree.Name(source.TrimEnd('/'))}" : target;

    public static async ValueTask CopyAsync(SimProcess self, string source, string target, bool recursive)
    {
        var node = self.Files.Find(source) ?? throw FileError.NotFound;
        if (node is not DirectoryNode)
        {
            var content = await self.Files.ReadAllAsync(source);
            var file = self.Files.OpenWrite(target, append: false);
            await file.WriteAsync(content, self.Killed);
            file.Release();
            self.Files.SetAttributes(target, mode: node.Mode);
            return;
        }
        if (!recursive) throw new FileError("omitting directory");
        if (!self.Files.Exists(target)) self.Files.MakeDirectory(target);
        foreach (var (name, _) in self.Files.List(source))
            await CopyAsync(self, $"{source.TrimEnd('/')}/{name}", $"{target}/{name}", recursive: true);
    }
}
