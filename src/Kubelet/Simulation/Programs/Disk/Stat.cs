using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class Stat() : EachOperand("stat", "c")
{
    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var node = self.Files.Find(path) ?? throw FileError.NotFound;
        var size = ListFiles.SizeOf(node);
        var kind = node switch { DirectoryNode => "directory", SymbolicLink => "symbolic link", _ => "regular file" };
        if (options.TryValue(out var format, "c"))
        {
            await self.WriteLineAsync(format.Replace("%s", size.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("%n", path, StringComparison.Ordinal)
                .Replace("%a", Convert.ToString(node.Mode, 8), StringComparison.Ordinal).Replace("%u", node.Uid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%g", node.Gid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("%F", kind, StringComparison.Ordinal)
                .Replace("%Y", node.ModifiedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            return;
        }
        await self.WriteLineAsync($"  File: {path}\n  Size: {size,-10}\t{kind}\nAccess: (0{Convert.ToString(node.Mode, 8)}/{ListFiles.ModeText(node)})  Uid: {node.Uid}   Gid: {node.Gid}\nModify: {node.ModifiedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fffffff} +0000");
    }

    protected override string Failure(string path) => $"can't stat '{path}'";
}
