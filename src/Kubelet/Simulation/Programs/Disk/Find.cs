using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>find with -name, -type, -maxdepth and -delete.</summary>
internal sealed class Find : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var roots = arguments.Skip(1).TakeWhile(a => a[0] != '-').ToList();
        string? Option(string name) => arguments.SkipWhile(a => a != name).Skip(1).FirstOrDefault();
        var depth = int.TryParse(Option("-maxdepth"), out var d) ? d : int.MaxValue;
        var status = 0;
        foreach (var root in roots.Count == 0 ? ["."] : roots)
        {
            if (self.Files.Find(root) is not { } node)
            {
                await self.ErrorAsync($"find: {root}: No such file or directory");
                status = 1;
                continue;
            }
            foreach (var (path, found) in Below(self, root, node, depth).ToList())
            {
                if (Option("-name") is { } name && !ShellPattern.IsMatch(name, FileTree.Name(path))) continue;
                if (Option("-type") is { } type && type != (found is DirectoryNode ? "d" : found is SymbolicLink ? "l" : "f")) continue;
                if (arguments.Contains("-delete")) self.Files.Delete(path);
                else await self.WriteLineAsync(path);
            }
        }
        return status;
    }

    private static IEnumerable<(string Path, FileNode Node)> Below(SimProcess self, string path, FileNode node, int depth)
    {
        yield return (path, node);
        if (node is not DirectoryNode || depth == 0) yield break;
        foreach (var (name, child) in self.Files.List(path))
            foreach (var found in Below(self, $"{path.TrimEnd('/')}/{name}", child, depth - 1)) yield return found;
    }
}
