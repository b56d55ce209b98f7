using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>mv: a copy, and then the source goes: there is nothing yet that could tell it from a rename.</summary>
internal sealed class Move() : EachOperand("mv")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(1);

    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var source = self.Files.Demand(path, followLast: false);
        var target = Copy.Into(self, path, options.Operands[^1], several: options.Operands.Count > 2);
        var old = self.Files.Find(target, followLast: false);
        if (old == source) throw FileError.Exists;
        if (source is DirectoryNode && $"{self.Files.FullPath(target)}/".StartsWith($"{self.Files.FullPath(path)}/", StringComparison.Ordinal)) throw FileError.Invalid;
        if (source is DirectoryNode && old is not (null or DirectoryNode)) throw FileError.NotDirectory;
        if (source is SymbolicLink link)
        {
            if (old is not null) self.Files.Delete(target);
            self.Files.MakeLink(target, link.Target);
        }
        else await Copy.CopyAsync(self, path, target, recursive: true);
        self.Files.Delete(path);
    }

    protected override string Failure(string path, FileError error) =>
        error is CopyError ? error.Message : $"can't rename '{path}': {error.Message}";
}
