using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// Files as one process sees them: relative to its directory, as its user, with /dev and /proc. A process that is catching up with the
/// present
/// (<see cref="ProcessClock"/>) does not repeat changes that its tree already holds.
/// </summary>
internal sealed class ProcessFiles(SimProcess self)
{
    private const int WorkPerCharacter = 8;         // of a path: each of its parts is looked up

    public OpenFile OpenRead(string path)
    {
        var (tree, at) = Reach(path);
        return SpecialFiles.TryOpen(self, FullPath(at), writing: false) ?? tree.OpenRead(at, self.WorkingDirectory, self.User);
    }

    public OpenFile OpenWrite(string path, bool append)
    {
        var (tree, at) = Reach(path);
        return SpecialFiles.TryOpen(self, FullPath(at), writing: true)
            ?? (IsDone(tree, at) ? new NullFile() : tree.OpenWrite(at, self.WorkingDirectory, self.User, append, 0b110_110_110 & ~self.Umask));
    }

    /// <summary>Created if absent, and neither cut nor read from anywhere but its start.</summary>
    public OpenFile OpenReadWrite(string path)
    {
        var (tree, at) = Reach(path);
        return SpecialFiles.TryOpen(self, FullPath(at), writing: true)
            ?? tree.OpenWrite(at, self.WorkingDirectory, self.User, append: false, 0b110_110_110 & ~self.Umask, truncate: false);
    }

    public FileNode? Find(string path, bool followLast = true)
    {
        try
        {
            var (tree, at) = Reach(path, followLast);
            return SpecialFiles.TryFind(self, FullPath(at)) ?? tree.Find(at, self.WorkingDirectory, followLast);
        }
        catch (FileError)
        {
            return null;
        }
    }

    /// <summary>The node at a path, or the error that stat(2) gives.</summary>
    public FileNode Demand(string path, bool followLast = true)
    {
        var (tree, at) = Reach(path, followLast);
        return SpecialFiles.TryFind(self, FullPath(at))
            ?? (path == "" ? null : tree.Locate(at, self.WorkingDirectory, followLast).Node) ?? throw FileError.NotFound;
    }

    public bool Exists(string path) => Find(path) is not null;

    public IReadOnlyList<KeyValuePair<string, FileNode>> List(string path)
    {
        var (tree, at) = Reach(path);
        var entries = SpecialFiles.TryList(self, FullPath(at)) ?? tree.List(at, self.WorkingDirectory);
        self.Work.Add(WorkMeter.PerItem * (long)entries.Count);
        return entries;
    }

    /// <summary>The absolute path without links; what is at its end need not exist.</summary>
    public string RealPath(string path)
    {
        var (tree, at) = Reach(path);
        return tree.Locate(at, self.WorkingDirectory).FullPath;
    }

    public void MakeDirectory(string path, int? mode = null)
    {
        var (tree, at) = Reach(path);
        if (!IsDone(tree, at)) tree.MakeDirectory(at, self.WorkingDirectory, self.User, mode ?? 0b111_111_111 & ~self.Umask);
    }

    public void MakeLink(string path, string target)
    {
        var (tree, at) = Reach(path);
        if (!IsDone(tree, at)) tree.MakeLink(at, self.WorkingDirectory, self.User, target);
    }

    public void MakeHardLink(string path, string target)
    {
        var ((tree, at), (from, source)) = (Reach(path), Reach(target));
        if (from != tree) throw FileError.CrossDevice;
        if (!IsDone(tree, at)) tree.MakeHardLink(at, self.WorkingDirectory, self.User, source);
    }

    public void Delete(string path)
    {
        var (tree, at) = Reach(path, followLast: false);
        if (!IsDone(tree, at)) tree.Delete(at, self.WorkingDirectory, self.User);
    }

    public void SetAttributes(string path, int? mode = null, long? uid = null, long? gid = null, bool touch = false, DateTimeOffset? modifiedAt = null)
    {
        var (tree, at) = Reach(path);
        if (!IsDone(tree, at)) tree.SetAttributes(at, self.WorkingDirectory, self.User, mode, uid, gid, touch, modifiedAt);
    }

    public async Task<byte[]> ReadAllAsync(string path)
    {
        var file = new MeteredFile(self, OpenRead(path));
        try
        {
            return await file.ReadToEndAsync(self);
        }
        finally
        {
            file.Release();
        }
    }

    public async Task<string> ReadTextAsync(string path) => Encoding.UTF8.GetString(await ReadAllAsync(path));

    public async Task WriteTextAsync(string path, string text, bool append = false)
    {
        var file = OpenWrite(path, append);
        try
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), self.Killed);
        }
        finally
        {
            file.Release();
        }
    }

    public string FullPath(string path) => VirtualFileSystem.Normalise(path, self.WorkingDirectory);

    // The container's own files, unless the path goes through a process of another one.
    private (VirtualFileSystem Tree, string Path) Reach(string path, bool followLast = true)
    {
        self.Work.Add(WorkPerCharacter * (long)(path.Length + (path.StartsWith('/') ? 0 : self.WorkingDirectory.Length)));
        return (path.Contains("proc/", StringComparison.Ordinal) || self.WorkingDirectory.StartsWith("/proc/", StringComparison.Ordinal))
            && ProcessRoots.Follow(self, FullPath(path), followLast) is { } far ? far : (self.Kernel.Files, path);
    }

    private bool IsDone(VirtualFileSystem tree, string path)
    {
        if (self.Clock.IsLive) return false;
        try
        {
            return self.Clock.Now <= tree.Locate(path, self.WorkingDirectory).Tree.KnownUntil;
        }
        catch (FileError)
        {
            return false;       // the operation itself will report it
        }
    }
}

internal static class OpenFileReading
{
    private const int MaxBytes = FileTree.MaxFileBytes;

    /// <summary>Everything that is left, at most 8 MiB, which the process then holds until it ends.</summary>
    public static async Task<byte[]> ReadToEndAsync(this OpenFile file, SimProcess self)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (all.Length < MaxBytes && await file.ReadAsync(buffer, self.Killed) is var count and > 0)
        {
            self.Hold(count);
            all.Write(buffer, 0, count);
        }
        return all.ToArray();
    }
}
