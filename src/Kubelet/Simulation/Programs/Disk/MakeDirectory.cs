using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>mkdir: <c>-p</c> with all above it, <c>-m</c> with a mode of its own.</summary>
internal sealed class MakeDirectory() : EachOperand("mkdir", "m")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if (!options.Has("p")) self.Files.MakeDirectory(path);
        else
        {
            var full = self.Files.FullPath(path);
            for (var end = full.IndexOf('/', 1); ; end = full.IndexOf('/', end + 1))
            {
                var part = end < 0 ? full : full[..end];
                if (self.Files.Find(part) is not DirectoryNode) self.Files.MakeDirectory(part);
                if (end < 0) break;
            }
        }
        if (options.TryValue(out var mode, "m")) self.Files.SetAttributes(path, mode: Permissions.Parse(mode, 0b111_111_111, self.Umask) ?? throw new FileError($"invalid mode '{mode}'"));
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path, FileError error) => $"can't create directory '{path}': {error.Message}";
}
