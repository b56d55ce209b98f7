using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>ln: a hard link, or with <c>-s</c> a symbolic one; <c>-f</c> in place of what is there.</summary>
internal sealed class Link() : EachOperand("ln")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(options.Operands.Count > 1 ? 1 : 0);

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var target = options.Operands.Count > 1 ? Copy.Into(self, path, options.Operands[^1]) : FileTree.Name(path);
        try
        {
            if (options.Has("f") && self.Files.Find(target, followLast: false) is not null) self.Files.Delete(target);
            if (options.Has("s")) self.Files.MakeLink(target, path);
            else self.Files.MakeHardLink(target, path);
        }
        catch (FileError error)
        {
            throw new FileError($"{target}: {error.Message}");
        }
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path, FileError error) => error.Message;
}
