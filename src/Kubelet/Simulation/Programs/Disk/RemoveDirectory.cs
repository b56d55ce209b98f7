using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>rmdir: an empty directory; <c>-p</c> those above it too, as long as they are empty.</summary>
internal sealed class RemoveDirectory() : EachOperand("rmdir")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if ((self.Files.Find(path, followLast: false) ?? throw FileError.NotFound) is not DirectoryNode) throw FileError.NotDirectory;
        for (var at = path; ; at = FileTree.Parent(at))
        {
            if (self.Files.List(at).Count > 0) throw FileError.NotEmpty;
            self.Files.Delete(at);
            if (!options.Has("p") || !at.Contains('/') || FileTree.Parent(at) is "/" or "") break;
        }
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path, FileError error) => $"'{path}': {error.Message}";
}
