using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>rm: <c>-r</c> a directory with all below it, <c>-f</c> without a word where nothing is there.</summary>
internal sealed class Remove() : EachOperand("rm")
{
    private static readonly FileError DotError = new("dot");

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if (FileTree.Name(path.TrimEnd('/')) is "." or "..") throw DotError;
        if (self.Files.Find(path, followLast: false) is not { } node)
        {
            // One more try: what stands in the way (read-only, missing directory) is the better message.
            self.Files.Delete(path);
            return ValueTask.CompletedTask;
        }
        if (node is DirectoryNode && !options.Has("r", "R")) throw FileError.IsDirectory;
        self.Files.Delete(path);
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path, FileError error) =>
        error.Message == FileError.IsDirectory.Message ? $"'{path}' is a directory"
        : error == DotError ? "can't remove '.' or '..'"
        : $"can't remove '{path}': {error.Message}";

    protected override bool IsForgiven(Arguments options, FileError error) =>
        options.Has("f") && error.Message == FileError.NotFound.Message;
}
