using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>
/// A file tree that starts as somebody else's frozen one and copies what it changes: a container's root, or a node's disk.
/// Paths are absolute and normalised, without links in them (<see cref="VirtualFileSystem"/> sees to that).
/// </summary>
/// <remarks>
/// Changes are told to <see cref="Changed"/> under the tree's lock, in the order they happened: file contents when the writer closes the
/// file. The lock is a leaf:
/// nothing is awaited and no other lock is taken under it but the journal's.
/// Bounded: 8 MiB a file, 64 MiB and 65,536 nodes of its own a tree; more is "No space left on device".
/// </remarks>
internal sealed class FileTree(DirectoryNode root, TimeProvider time)
{
    public const int MaxFileBytes = 8 << 20;
    private const long MaxTreeBytes = 64 << 20;
    private const int MaxTreeNodes = 65_536;
    private const long BlockSize = 4096;
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private DirectoryNode _root = root;
    private long _written;
    private int _nodes;
    private FileUsage? _usage;      // until the next change

    /// <summary>Guards the nodes that are not frozen.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Told of each change; null while nothing is recorded.</summary>
    public Action<FileChange>? Changed { get; set; }

    /// <summary>When the last recorded change happened: what a resumed program writes up to then is here already.</summary>
    public DateTimeOffset KnownUntil { get; set; } = DateTimeOffset.MinValue;

    /// <summary>What the tree takes of its disk beside what it started as: counted once after a change, so it may be asked often.</summary>
    public FileUsage Usage
    {
        get { lock (Gate) return _usage ??= UsageBelow(_root); }
    }

    public FileNode? Find(string path)
    {
        lock (Gate) return FindLocked(path);
    }

    /// <summary>What a directory of this tree holds under a name.</summary>
    public FileNode? Child(DirectoryNode directory, string name)
    {
        lock (Gate) return directory.Children.GetValueOrDefault(name);
    }

    public IReadOnlyList<KeyValuePair<string, FileNode>> List(string path)
    {
        lock (Gate)
            return FindLocked(path) is DirectoryNode directory ? [.. directory.Children] : throw FileError.NotDirectory;
    }

    /// <summary>The file at a path, ready to be written: created if absent, its own copy if it was an image's.</summary>
    public RegularFile OpenForWriting(string path, bool truncate, int mode, long uid, long gid)
    {
        lock (Gate)
        {
            var parent = OwnDirectoryLocked(Parent(path));
            var name = Name(path);
            if (parent.Children.TryGetValue(name, out var existing))
            {
                if (existing is DirectoryNode) throw FileError.IsDirectory;
                if (existing is not RegularFile file) throw FileError.NotPermitted;
                if (file.IsFrozen)
                {
                    parent.Children[name] = file = (RegularFile)file.Copy();
                    _written += file.Length;
                }
                if (truncate)
                {
                    _written -= file.Length;
                    file.Replace([]);
                }
                _usage = null;
                file.ModifiedAt = time.GetUtcNow();
                return file;
            }
            if (parent.GivesItsGroup) gid = parent.Gid;
            AddNodeLocked();
            var created = new RegularFile(mode) { Uid = uid, Gid = gid, ModifiedAt = time.GetUtcNow() };
            parent.Children[name] = created;
            TellLocked(new FileChange.Write(path, mode, uid, gid, []));
            return created;
        }
    }

    public void Write(RegularFile file, int offset, ReadOnlySpan<byte> data)
    {
        lock (Gate)
        {
            if (offset + data.Length > MaxFileBytes || _written + data.Length > MaxTreeBytes) throw FileError.NoSpace;
            var before = file.Length;
            file.WriteAt(offset, data);
            file.ModifiedAt = time.GetUtcNow();
            _written += file.Length - before;
            _usage = null;
        }
    }

    /// <summary>
    /// A writer has closed the file: everything from <paramref name="appendedFrom"/> on is new, or all of it when that is null.
    /// </summary>
    public void Written(string path, RegularFile file, int? appendedFrom)
    {
        lock (Gate)
        {
            if (appendedFrom is { } from && from <= file.Length) TellLocked(new FileChange.Append(path, file.Content[from..].ToArray()));
            else TellLocked(new FileChange.Write(path, file.Mode, file.Uid, file.Gid, file.Content.ToArray()));
        }
    }

    public void MakeDirectory(string path, int mode = 0b111_101_101, long uid = 0, long gid = 0)
    {
        lock (Gate)
        {
            var parent = OwnDirectoryLocked(Parent(path));
            if (parent.Children.ContainsKey(Name(path))) throw FileError.Exists;
            if (parent.GivesItsGroup) (gid, mode) = (parent.Gid, mode | DirectoryNode.SetGroupId);
            AddNodeLocked();
            parent.Children[Name(path)] = new DirectoryNode(mode) { Uid = uid, Gid = gid, ModifiedAt = time.GetUtcNow() };
            TellLocked(new FileChange.MakeDirectory(path, mode, uid, gid));
        }
    }

    /// <summary>The directory and all above it; what exists stays as it is.</summary>
    public void MakeDirectories(string path, int mode = 0b111_101_101)
    {
        if (path == "/") return;
        lock (Gate)
        {
            if (FindLocked(path) is DirectoryNode) return;
            MakeDirectories(Parent(path));
            MakeDirectory(path, mode);
        }
    }

    public void MakeLink(string path, string target)
    {
        lock (Gate)
        {
            var parent = OwnDirectoryLocked(Parent(path));
            if (parent.Children.ContainsKey(Name(path))) throw FileError.Exists;
            AddNodeLocked();
            parent.Children[Name(path)] = new SymbolicLink(target) { ModifiedAt = time.GetUtcNow() };
            TellLocked(new FileChange.Link(path, target));
        }
    }

    public void MakeHardLink(string path, string target)
    {
        lock (Gate)
        {
            var node = OwnLocked(target);
            AddNodeLocked();
            OwnDirectoryLocked(Parent(path)).Children[Name(path)] = node;
            foreach (var change in ChangesOf(path, node)) TellLocked(change);
        }
    }

    public void SetAttributes(string path, int? mode = null, long? uid = null, long? gid = null, bool touch = false, DateTimeOffset? modifiedAt = null)
    {
        lock (Gate)
        {
            var node = OwnLocked(path);
            node.Mode = mode ?? node.Mode;
            node.Uid = uid ?? node.Uid;
            node.Gid = gid ?? node.Gid;
            if (touch) node.ModifiedAt = modifiedAt ?? time.GetUtcNow();
            TellLocked(new FileChange.Attributes(path, node.Mode, node.Uid, node.Gid));
        }
    }

    /// <summary>Removes a file or a whole directory; false if there was nothing.</summary>
    public bool Delete(string path)
    {
        lock (Gate)
        {
            if (path == "/" || FindLocked(path) is not { } node) return false;
            OwnDirectoryLocked(Parent(path)).Children.Remove(Name(path));
            if (node.IsFrozen) _removed.Add(path);
            else GiveBackLocked(node);
            TellLocked(new FileChange.Delete(path));
            return true;
        }
    }

    /// <summary>Puts a node (with all below it) at a path, in place of what was there.</summary>
    public void Put(string path, FileNode node)
    {
        lock (Gate)
        {
            OwnDirectoryLocked(Parent(path)).Children[Name(path)] = node;
            foreach (var change in ChangesOf(path, node)) TellLocked(change);
        }
    }

    /// <summary>Brings a recorded change back; one that no longer fits (its directory has gone) is passed over.</summary>
    public void Apply(FileChange change)
    {
        lock (Gate)
        {
            var told = Changed;
            Changed = null;
            try
            {
                ApplyLocked(change);
            }
            catch (FileError)
            {
                // A line that was overtaken, for example a write to a file whose directory was removed meanwhile.
            }
            finally
            {
                Changed = told;
            }
        }
    }

    /// <summary>The shortest list of changes that makes this tree out of the one it started as.</summary>
    public IReadOnlyList<FileChange> Snapshot()
    {
        lock (Gate)
            return [.. _removed.Select(path => new FileChange.Delete(path)), .. _root.IsFrozen ? [] : ChangesBelow("", _root)];
    }

    /// <summary>The same of one path; nothing if it is absent.</summary>
    public FileUsage UsageOf(string path)
    {
        lock (Gate) return FindLocked(path) is { } node ? UsageBelow(node) : default;
    }

    /// <summary>A content's size in whole blocks.</summary>
    public static long Blocks(long bytes) => (bytes + BlockSize - 1) / BlockSize * BlockSize;

    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static IEnumerable<FileChange> ChangesBelow(string path, DirectoryNode directory) =>
        directory.Children.Where(child => !child.Value.IsFrozen).SelectMany(child => ChangesOf($"{path}/{child.Key}", child.Value));

    private static IEnumerable<FileChange> ChangesOf(string path, FileNode node) => node switch
    {
        RegularFile file => [new FileChange.Write(path, file.Mode, file.Uid, file.Gid, file.Content.ToArray())],
        SymbolicLink link => [new FileChange.Link(path, link.Target)],
        DirectoryNode directory => ChangesBelow(path, directory).Prepend(new FileChange.MakeDirectory(path, directory.Mode, directory.Uid, directory.Gid)),
        _ => [],
    };

    private void ApplyLocked(FileChange change)
    {
        switch (change)
        {
            case FileChange.Write write:
                var file = OpenForWriting(write.Path, truncate: true, write.Mode, write.Uid, write.Gid);
                file.Replace(write.Content);
                file.Mode = write.Mode;
                _written += write.Content.Length;
                break;
            case FileChange.Append append:
                var appended = OpenForWriting(append.Path, truncate: false, 0b110_100_100, 0, 0);
                Write(appended, appended.Length, append.Content);
                break;
            case FileChange.MakeDirectory make when FindLocked(make.Path) is not DirectoryNode:
                MakeDirectory(make.Path, make.Mode, make.Uid, make.Gid);
                break;
            case FileChange.MakeDirectory or FileChange.Attributes:
                var (mode, uid, gid) = change is FileChange.Attributes a ? (a.Mode, a.Uid, a.Gid) : (((FileChange.MakeDirectory)change).Mode, 0L, 0L);
                SetAttributes(change.Path, mode, uid, gid);
                break;
            case FileChange.Link link:
                MakeLink(link.Path, link.Target);
                break;
            case FileChange.Delete:
                Delete(change.Path);
                break;
        }
    }

    private void AddNodeLocked()
    {
        if (_nodes >= MaxTreeNodes) throw FileError.NoSpace;
        _nodes++;
    }

    private void GiveBackLocked(FileNode node)
    {
        if (node.IsFrozen) return;
        _nodes = int.Max(0, _nodes - 1);
        if (node is RegularFile file) _written = long.Max(0, _written - file.Length);
        if (node is DirectoryNode directory)
            foreach (var child in directory.Children.Values) GiveBackLocked(child);
    }

    private void TellLocked(FileChange change)
    {
        _usage = null;
        Changed?.Invoke(change);
    }

    private static FileUsage UsageBelow(FileNode node) => node switch
    {
        { IsFrozen: true } => default,
        DirectoryNode directory => directory.Children.Values.Aggregate(new FileUsage(BlockSize, 1), (sum, child) => sum + UsageBelow(child)),
        RegularFile file => new(Blocks(file.Length), 1),
        _ => new(0, 1),
    };

    private FileNode? FindLocked(string path)
    {
        FileNode node = _root;
        foreach (var part in Parts(path))
        {
            if (node is not DirectoryNode directory || !directory.Children.TryGetValue(part, out var child)) return null;
            node = child;
        }
        return node;
    }

    private FileNode OwnLocked(string path)
    {
        if (path == "/") return OwnDirectoryLocked(path);
        var parent = OwnDirectoryLocked(Parent(path));
        if (!parent.Children.TryGetValue(Name(path), out var node)) throw FileError.NotFound;
        return node.IsFrozen ? parent.Children[Name(path)] = node.Copy() : node;
    }

    // Copies every frozen directory on the way down, so that the last one may be changed.
    private DirectoryNode OwnDirectoryLocked(string path)
    {
        if (_root.IsFrozen) _root = (DirectoryNode)_root.Copy();
        var directory = _root;
        foreach (var part in Parts(path))
        {
            if (!directory.Children.TryGetValue(part, out var child)) throw FileError.NotFound;
            if (child is not DirectoryNode next) throw FileError.NotDirectory;
            if (next.IsFrozen) directory.Children[part] = next = (DirectoryNode)next.Copy();
            directory = next;
        }
        return directory;
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
