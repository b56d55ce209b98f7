using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>stat, of links themselves unless told <c>-L</c>; <c>-c</c> says what is shown.</summary>
internal sealed class Stat() : EachOperand("stat", "c")
{
    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var node = self.Files.Demand(path, followLast: options.Has("L"));
        var size = ListFiles.SizeOf(node);
        var kind = node switch { DirectoryNode => "directory", SymbolicLink => "symbolic link", _ => "regular file" };
        if (options.TryValue(out var format, "c"))
        {
            await self.WriteLineAsync(format.Replace("%s", size.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("%n", path, StringComparison.Ordinal)
                .Replace("%a", Convert.ToString(node.Mode, 8), StringComparison.Ordinal).Replace("%u", node.Uid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%g", node.Gid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("%A", ListFiles.ModeText(node), StringComparison.Ordinal).Replace("%F", kind, StringComparison.Ordinal)
                .Replace("%Y", node.ModifiedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            return;
        }
        await self.WriteLineAsync($"  File: {path}\n  Size: {size,-10}\t{kind}\nAccess: (0{Convert.ToString(node.Mode, 8)}/{ListFiles.ModeText(node)})  Uid: {node.Uid}   Gid: {node.Gid}\nModify: {node.ModifiedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fffffff} +0000");
    }

    protected override string Failure(string path, FileError error) => $"can't stat '{path}': {error.Message}";
}
