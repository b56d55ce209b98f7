using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>cp: files, or with <c>-r</c>, <c>-R</c> and <c>-a</c> whole directories.</summary>
internal sealed class Copy() : EachOperand("cp", "t")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(options.Has("t") ? 0 : 1);

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var target = options.Value("t") ?? options.Operands[^1];
        return CopyAsync(self, path, Into(self, path, target, several: options.Operands.Count > 2), options.Has("r", "R", "a"));
    }

    // What it says for itself is in the error; only a missing source is left to be named.
    protected override string Failure(string path, FileError error) => error is CopyError ? error.Message : $"can't stat '{path}': {error.Message}";

    /// <summary>The target itself, or a name in it where it is a directory; of several sources it must be one.</summary>
    public static string Into(SimProcess self, string source, string target, bool several = false)
    {
        var name = $"{target.TrimEnd('/')}/{FileTree.Name(source.TrimEnd('/'))}";
        if (self.Files.Find(target) is DirectoryNode) return name;
        if (several) throw new CopyError($"can't stat '{name}': Not a directory");
        return target;
    }

    public static async ValueTask CopyAsync(SimProcess self, string source, string target, bool recursive)
    {
        await self.Kernel.Throttle.StepAsync(self);
        if (recursive && !source.EndsWith('/') && self.Files.Find(source, followLast: false) is SymbolicLink link)
        {
            MakeLink(self, target, link.Target);
            return;
        }
        var node = self.Files.Demand(source);
        if (node == self.Files.Find(target)) throw new CopyError($"'{source}' and '{target}' are the same file");
        if (node is DirectoryNode)
        {
            await CopyDirectoryAsync(self, source, target, recursive);
            return;
        }
        var content = await self.Files.ReadAllAsync(source);
        OpenFile file;
        try
        {
            file = self.Files.OpenWrite(target, append: false);
        }
        catch (FileError error)
        {
            throw new CopyError($"can't create '{target}': {error.Message}");
        }
        await file.WriteAsync(content, self.Killed);
        file.Release();
        self.Files.SetAttributes(target, mode: node.Mode);
    }

    private static void MakeLink(SimProcess self, string path, string target)
    {
        try
        {
            self.Files.MakeLink(path, target);
        }
        catch (FileError error)
        {
            throw new CopyError($"can't create '{path}': {error.Message}");
        }
    }

    private static async ValueTask CopyDirectoryAsync(SimProcess self, string source, string target, bool recursive)
    {
        if (!recursive) throw new CopyError($"omitting directory '{source}'");
        if ($"{self.Files.FullPath(target)}/".StartsWith($"{self.Files.FullPath(source)}/", StringComparison.Ordinal))
            throw new CopyError($"recursion detected, omitting directory '{target}'");
        if (!self.Files.Exists(target)) self.Files.MakeDirectory(target);
        foreach (var (name, _) in self.Files.List(source))
            await CopyAsync(self, $"{source.TrimEnd('/')}/{name}", $"{target}/{name}", recursive: true);
    }
}

/// <summary>A failed copy or move whose message says all that is to be said.</summary>
internal sealed class CopyError(string message) : FileError(message);
