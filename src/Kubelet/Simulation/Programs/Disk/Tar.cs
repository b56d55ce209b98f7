using System.Formats.Tar;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>tar: <c>c</c>, <c>x</c> and <c>t</c>, with <c>f FILE</c> (<c>-</c>: the standard streams), <c>C DIR</c> and <c>v</c>; no compression.</summary>
/// <remarks>
/// Reads what GNU tar, busybox and Go write. Files, directories and links; owners and times are not restored. A member that would land outside
/// the directory is left out, and the exit code tells.
/// </remarks>
internal sealed class Tar : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(Dashed(arguments), withValue: "fC");
        var directory = options.Value("C", "directory") ?? ".";
        if (self.Files.Find(directory) is not DirectoryNode)
        {
            await self.ErrorAsync($"tar: can't change directory to '{directory}': No such file or directory");
            return 1;
        }
        var run = new TarRun(self, self.Files.FullPath(directory), options.Has("v"));
        var name = options.Value("f") ?? "-";
        try
        {
            if (options.Has("c")) return await WithFileAsync(self, name, isWritten: true, file => run.CreateAsync(file, options.Operands));
            if (options.Has("x", "t")) return await WithFileAsync(self, name, isWritten: false, file => run.ReadAsync(file, isListed: options.Has("t")));
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"tar: can't open '{name}': {error.Message}");
            return 1;
        }
        await self.ErrorAsync("tar: must specify one of -c, -x, -t");
        return 1;
    }

    // tar's letters come from before there were dashes: "tar cf - x".
    private static IReadOnlyList<string> Dashed(IReadOnlyList<string> arguments) =>
        arguments.Count > 1 && !arguments[1].StartsWith('-') ? [arguments[0], "-" + arguments[1], .. arguments.Skip(2)] : arguments;

    private static async ValueTask<int> WithFileAsync(SimProcess self, string name, bool isWritten, Func<OpenFile, ValueTask<int>> run)
    {
        var file = name == "-" ? (isWritten ? self.Stdout : self.Stdin).Retain() : isWritten ? self.Files.OpenWrite(name, append: false) : self.Files.OpenRead(name);
        try
        {
            return await run(file);
        }
        finally
        {
            file.Release();
        }
    }
}

/// <summary>One archive, written or read.</summary>
internal sealed class TarRun(SimProcess self, string directory, bool isVerbose)
{
    private int _status;
    private bool _hasStripped;

    public async ValueTask<int> CreateAsync(OpenFile file, IReadOnlyList<string> paths)
    {
        await using var writer = new TarWriter(new FileAsStream(file, self.Killed), TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var path in paths) await AddAsync(writer, path);
        if (_status != 0) await self.ErrorAsync("tar: error exit delayed from previous errors");
        return _status;
    }

    public async ValueTask<int> ReadAsync(OpenFile file, bool isListed)
    {
        try
        {
            await using var reader = new TarReader(new FileAsStream(file, self.Killed), leaveOpen: true);
            while (await reader.GetNextEntryAsync(cancellationToken: self.Killed) is { } entry)
            {
                await self.Kernel.Throttle.StepAsync(self);
                if (isListed || isVerbose) await self.WriteLineAsync(entry.Name);
                if (!isListed) await ExtractAsync(entry);
            }
        }
        catch (Exception ex) when (ex is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            await self.ErrorAsync(ex is EndOfStreamException ? "tar: short read" : "tar: invalid tar magic");
            return 1;
        }
        return _status;
    }

    private async ValueTask AddAsync(TarWriter writer, string path)
    {
        var full = VirtualFileSystem.Normalise(path, directory);
        if (self.Files.Find(full, followLast: false) is not { } node)
        {
            await FailAsync($"tar: {path}: No such file or directory");
            return;
        }
        await self.Kernel.Throttle.StepAsync(self);
        var name = await MemberNameAsync(path);
        if (isVerbose) await self.ErrorAsync(name);
        if (EntryOf(node, name) is { } entry)
        {
            if (node is RegularFile regular) entry.DataStream = new MemoryStream(regular.Content.ToArray(), writable: false);
            await writer.WriteEntryAsync(entry, self.Killed);
        }
        if (node is not DirectoryNode) return;
        foreach (var (child, _) in self.Files.List(full)) await AddAsync(writer, $"{path.TrimEnd('/')}/{child}");
    }

    private static GnuTarEntry? EntryOf(FileNode node, string name)
    {
        if (name.Length == 0) return null;          // the root itself is not a member
        var entry = node switch
        {
            DirectoryNode => new GnuTarEntry(TarEntryType.Directory, name + "/"),
            SymbolicLink link => new GnuTarEntry(TarEntryType.SymbolicLink, name) { LinkName = link.Target },
            RegularFile => new GnuTarEntry(TarEntryType.RegularFile, name),
            _ => null,                              // devices are not copied
        };
        if (entry is null) return null;
        (entry.Mode, entry.Uid, entry.Gid, entry.ModificationTime) = ((UnixFileMode)node.Mode, (int)node.Uid, (int)node.Gid, node.ModifiedAt);
        return entry;
    }

    private async ValueTask<string> MemberNameAsync(string path)
    {
        var name = path.Trim('/');
        if (path.StartsWith('/') && !_hasStripped && name.Length > 0)
        {
            _hasStripped = true;
            await self.ErrorAsync("tar: removing leading '/' from member names");
        }
        return name;
    }

    private async ValueTask ExtractAsync(TarEntry entry)
    {
        var name = entry.Name.Trim('/');
        if (name.Split('/').Contains(".."))
        {
            await FailAsync($"tar: name with '..' skipped: '{entry.Name}'");
            return;
        }
        var path = VirtualFileSystem.Normalise(name, directory);
        try
        {
            await PutAsync(entry, path);
        }
        catch (FileError error)
        {
            await FailAsync($"tar: can't open '{name}': {error.Message}");
        }
    }

    private async ValueTask PutAsync(TarEntry entry, string path)
    {
        MakeParents(entry.EntryType == TarEntryType.Directory ? path : FileTree.Parent(path));
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                var file = self.Files.OpenWrite(path, append: false);
                try
                {
                    if (entry.DataStream is { } data) await CopyAsync(data, file);
                }
                finally
                {
                    file.Release();
                }
                self.Files.SetAttributes(path, mode: (int)entry.Mode & 0b111_111_111);
                break;
            case TarEntryType.SymbolicLink:
                if (self.Files.Find(path, followLast: false) is not null) self.Files.Delete(path);
                self.Files.MakeLink(path, entry.LinkName);
                break;
            case TarEntryType.HardLink:
                await Copy.CopyAsync(self, VirtualFileSystem.Normalise(entry.LinkName.Trim('/'), directory), path, recursive: false);
                break;
        }
    }

    private async ValueTask CopyAsync(Stream from, OpenFile to)
    {
        var buffer = new byte[16 << 10];
        while (await from.ReadAsync(buffer, self.Killed) is var count and > 0) await to.WriteAsync(buffer.AsMemory(0, count), self.Killed);
    }

    private void MakeParents(string path)
    {
        if (self.Files.Find(path) is DirectoryNode) return;
        if (path != "/") MakeParents(FileTree.Parent(path));
        self.Files.MakeDirectory(path);
    }

    private async ValueTask FailAsync(string text)
    {
        _status = 1;
        await self.ErrorAsync(text);
    }
}
