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

    private VirtualFileSystem Tree => self.Kernel.Files;

    public OpenFile OpenRead(string path) =>
        SpecialFiles.TryOpen(self, Paid(path), writing: false)
        ?? Tree.OpenRead(path, self.WorkingDirectory, self.User);

    public OpenFile OpenWrite(string path, bool append) =>
        SpecialFiles.TryOpen(self, Paid(path), writing: true)
        ?? (IsDone(path) ? new NullFile() : Tree.OpenWrite(path, self.WorkingDirectory, self.User, append, 0b110_110_110 & ~self.Umask));

    /// <summary>Created if absent, and neither cut nor read from anywhere but its start.</summary>
    public OpenFile OpenReadWrite(string path) =>
        SpecialFiles.TryOpen(self, Paid(path), writing: true)
        ?? Tree.OpenWrite(path, self.WorkingDirectory, self.User, append: false, 0b110_110_110 & ~self.Umask, truncate: false);

    public FileNode? Find(string path, bool followLast = true) =>
        SpecialFiles.TryFind(self, Paid(path)) ?? Tree.Find(path, self.WorkingDirectory, followLast);

    /// <summary>The node at a path, or the error that stat(2) gives.</summary>
    public FileNode Demand(string path, bool followLast = true) =>
        SpecialFiles.TryFind(self, Paid(path))
        ?? (path == "" ? null : Tree.Locate(path, self.WorkingDirectory, followLast).Node) ?? throw FileError.NotFound;

    public bool Exists(string path) => Find(path) is not null;

    public IReadOnlyList<KeyValuePair<string, FileNode>> List(string path)
    {
        var entries = Tree.List(path, self.WorkingDirectory);
        self.Work.Add(WorkMeter.PerItem * (long)entries.Count);
        return entries;
    }

    public void MakeDirectory(string path, int? mode = null)
    {
        Paid(path);
        if (!IsDone(path)) Tree.MakeDirectory(path, self.WorkingDirectory, self.User, mode ?? 0b111_111_111 & ~self.Umask);
    }

    public void MakeLink(string path, string target)
    {
        if (!IsDone(path)) Tree.MakeLink(path, self.WorkingDirectory, self.User, target);
    }

    public void MakeHardLink(string path, string target)
    {
        if (!IsDone(path)) Tree.MakeHardLink(path, self.WorkingDirectory, self.User, target);
    }

    public void Delete(string path)
    {
        if (!IsDone(path)) Tree.Delete(path, self.WorkingDirectory, self.User);
    }

    public void SetAttributes(string path, int? mode = null, long? uid = null, long? gid = null, bool touch = false, DateTimeOffset? modifiedAt = null)
    {
        if (!IsDone(path)) Tree.SetAttributes(path, self.WorkingDirectory, self.User, mode, uid, gid, touch, modifiedAt);
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

    private string Paid(string path)
    {
        var full = FullPath(path);
        self.Work.Add(WorkPerCharacter * (long)full.Length);
        return full;
    }

    private bool IsDone(string path)
    {
        if (self.Clock.IsLive) return false;
        try
        {
            return self.Clock.Now <= Tree.Locate(path, self.WorkingDirectory).Tree.KnownUntil;
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
