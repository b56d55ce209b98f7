using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>find: what lies below the paths, through an expression of tests and actions (<see cref="FindExpression"/>).</summary>
internal sealed class Find : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var roots = arguments.Skip(1).TakeWhile(a => !(a.Length > 0 && a[0] is '-' or '!' or '(')).ToList();
        var status = 0;
        try
        {
            var expression = FindExpression.Parse(self, [.. arguments.Skip(1 + roots.Count)]);
            foreach (var root in roots.Count == 0 ? ["."] : roots)
            {
                if (self.Files.Find(root, followLast: false) is { } node) await WalkAsync(self, expression, root, node, 0);
                else
                {
                    await self.ErrorAsync($"find: {root}: No such file or directory");
                    status = 1;
                }
            }
            await expression.FinishAsync();
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"find: {error.Message}");
            return 1;
        }
        return status;
    }

    private static async ValueTask WalkAsync(SimProcess self, FindExpression expression, string path, FileNode node, int depth)
    {
        await self.Kernel.Throttle.StepAsync(self);
        var found = new FoundFile(path, node);
        if (!expression.DepthFirst && depth >= expression.MinDepth) await expression.ApplyAsync(found);
        if (node is DirectoryNode && depth < expression.MaxDepth && !found.IsPruned)
            foreach (var (name, child) in self.Files.List(path)) await WalkAsync(self, expression, $"{path.TrimEnd('/')}/{name}", child, depth + 1);
        if (expression.DepthFirst && depth >= expression.MinDepth) await expression.ApplyAsync(found);
    }
}

/// <summary>What find stands at.</summary>
internal sealed class FoundFile(string path, FileNode node)
{
    public string Path { get; } = path;
    public FileNode Node { get; } = node;

    /// <summary>What is below it is not looked at.</summary>
    public bool IsPruned { get; set; }
}
