namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>A tree seen at a path of the container.</summary>
internal sealed record MountPoint(string Path, FileTree Tree, string TreePath, bool ReadOnly);

/// <summary>Where a path leads: a tree, the path in it, and the node there, if any.</summary>
internal readonly record struct FileLocation(FileTree Tree, string TreePath, bool ReadOnly, FileNode? Node, string FullPath);

/// <summary>
/// A container's view of files: its root with mounts over it. Resolves relative parts and links (at most 40) and checks read-only mounts.
/// Permission bits are honoured for users other than root, coarsely: the last element only, never the directories above it.
/// </summary>
internal sealed class VirtualFileSystem(FileTree root, bool readOnlyRoot, IEnumerable<MountPoint> mounts)
{
    private const int MaxLinks = 40;
    private const int MaxPath = 4096, MaxName = 255;        // Linux's
    private const int MaxDepth = 256;                       // ours: what walks the tree does so by recursion
    private const int ReadBit = 4, WriteBit = 2, ExecuteBit = 1;
    private readonly MountPoint[] _mounts = [.. mounts.OrderByDescending(m => m.Path.Length)];

    public IReadOnlyList<MountPoint> Mounts => _mounts;

    /// <summary>Absolute, without <c>.</c>, <c>..</c> and doubled slashes; links are left alone.</summary>
    public static string Normalise(string path, string cwd)
    {
        if (!path.StartsWith('/')) path = $"{cwd}/{path}";
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }

    /// <summary>
    /// Follows links on the way, and the last element too unless told otherwise. A missing last element is a location without a node.
    /// </summary>
    public FileLocation Locate(string path, string cwd, bool followLast = true)
    {
        if (path.Length + cwd.Length > MaxPath) throw FileError.NameTooLong;
        var links = 0;
        var pending = new Stack<string>(Split(path.StartsWith('/') ? path : $"{cwd}/{path}").Reverse());
        var at = "/";
        var location = LocateExact(at);
        while (pending.TryPop(out var part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                location = LocateExact(at = FileTree.Parent(at));
                continue;
            }
            if (location.Node is not DirectoryNode directory) throw location.Node is null ? FileError.NotFound : FileError.NotDirectory;
            if (part.Length > MaxName || at.Length > MaxPath || at.AsSpan().Count('/') > MaxDepth) throw FileError.NameTooLong;
            var next = at == "/" ? $"/{part}" : $"{at}/{part}";
            location = LocateChild(location, directory, part, next);
            if (location.Node is SymbolicLink link && (followLast || pending.Count > 0))
            {
                if (++links > MaxLinks) throw FileError.TooManyLinks;
                if (link.Target.StartsWith('/')) at = "/";
                foreach (var step in Split(link.Target).Reverse()) pending.Push(step);
                location = LocateExact(at);
                continue;
            }
            at = next;
        }
        return location;
    }

    public FileNode? Find(string path, string cwd, bool followLast = true)
    {
        try
        {
            return Locate(path, cwd, followLast).Node;
        }
        catch (FileError)
        {
            return null;
        }
    }

    public OpenFile OpenRead(string path, string cwd, FileUser user)
    {
        var location = Locate(path, cwd);
        return location.Node switch
        {
            null => throw FileError.NotFound,
            DirectoryNode => throw FileError.IsDirectory,
            RegularFile file when !Allows(file, user, ReadBit) => throw FileError.Denied,
            RegularFile file => new OpenTreeFile(location.Tree, location.TreePath, file, append: false, readOnly: true),
            DeviceNode device => new NullFile(zeroes: device.Name is "zero" or "urandom" or "random"),
            _ => throw FileError.Invalid,
        };
    }

    public OpenFile OpenWrite(string path, string cwd, FileUser user, bool append, int mode = 0b110_100_100, bool truncate = true)
    {
        var location = Locate(path, cwd);
        if (location.Node is null && path.EndsWith('/')) throw FileError.IsDirectory;
        if (location.Node is DeviceNode) return new NullFile();
        if (location.Node is DirectoryNode) throw FileError.IsDirectory;
        CheckWritable(location, user);
        var file = location.Tree.OpenForWriting(location.TreePath, truncate: truncate && !append, mode, user.Uid, user.Gid);
        return new OpenTreeFile(location.Tree, location.TreePath, file, append, readOnly: false);
    }

    public IReadOnlyList<KeyValuePair<string, FileNode>> List(string path, string cwd)
    {
        var location = Locate(path, cwd);
        if (location.Node is null) throw FileError.NotFound;
        var children = location.Tree.List(location.TreePath);
        var mounts = _mounts.Where(m => m.Path != "/" && FileTree.Parent(m.Path) == location.FullPath).ToList();
        if (mounts.Count == 0) return children;
        var all = new SortedDictionary<string, FileNode>(children.ToDictionary(), StringComparer.Ordinal);
        foreach (var mount in mounts)
            if (LocateExact(mount.Path).Node is { } node) all[FileTree.Name(mount.Path)] = node;
        return [.. all];
    }

    public void MakeDirectory(string path, string cwd, FileUser user, int mode = 0b111_101_101)
    {
        var location = Locate(path, cwd);
        if (location.Node is not null) throw FileError.Exists;
        CheckWritable(location, user);
        location.Tree.MakeDirectory(location.TreePath, mode, user.Uid, user.Gid);
    }

    public void MakeLink(string path, string cwd, FileUser user, string target)
    {
        var location = Locate(path, cwd, followLast: false);
        if (location.Node is not null) throw FileError.Exists;
        CheckWritable(location, user);
        location.Tree.MakeLink(location.TreePath, target);
    }

    /// <summary>A second name for a file of the same tree; the two are one until the node's journal is read back.</summary>
    public void MakeHardLink(string path, string cwd, FileUser user, string target)
    {
        var (location, source) = (Locate(path, cwd, followLast: false), Locate(target, cwd));
        if (source.Node is null) throw FileError.NotFound;
        if (source.Node is not RegularFile) throw FileError.NotPermitted;
        if (location.Node is not null) throw FileError.Exists;
        if (location.Tree != source.Tree) throw FileError.CrossDevice;
        CheckWritable(location, user);
        location.Tree.MakeHardLink(location.TreePath, source.TreePath);
    }

    public void Delete(string path, string cwd, FileUser user)
    {
        var location = Locate(path, cwd, followLast: false);
        if (location.Node is null) throw FileError.NotFound;
        if (_mounts.Any(m => m.Path == location.FullPath)) throw FileError.Busy;
        CheckWritable(location, user, itself: false);
        location.Tree.Delete(location.TreePath);
    }

    public void SetAttributes(string path, string cwd, FileUser user, int? mode = null, long? uid = null, long? gid = null, bool touch = false, DateTimeOffset? modifiedAt = null)
    {
        var location = Locate(path, cwd);
        if (location.Node is null) throw FileError.NotFound;
        if (location.ReadOnly) throw FileError.ReadOnly;
        if (user.Uid != 0 && user.Uid != location.Node.Uid) throw touch ? FileError.Denied : FileError.NotPermitted;
        location.Tree.SetAttributes(location.TreePath, mode, uid, gid, touch, modifiedAt);
    }

    public static bool CanExecute(FileNode node, FileUser user) =>
        node is RegularFile && (node.Mode & 0b001_001_001) != 0 && Allows(node, user, ExecuteBit);

    public static bool Allows(FileNode node, FileUser user, int bit)
    {
        if (user.Uid == 0) return true;
        var shift = user.Uid == node.Uid ? 6 : user.IsIn(node.Gid) ? 3 : 0;
        return (node.Mode >> shift & bit) != 0;
    }

    private void CheckWritable(FileLocation location, FileUser user, bool itself = true)
    {
        if (location.ReadOnly) throw FileError.ReadOnly;
        var parent = Locate(FileTree.Parent(location.FullPath), "/").Node ?? throw FileError.NotFound;
        if (!Allows(itself && location.Node is not null ? location.Node : parent, user, WriteBit)) throw FileError.Denied;
    }

    // One step further down: mostly in the same tree, so that a deep path costs no more than its length.
    private FileLocation LocateChild(FileLocation parent, DirectoryNode directory, string name, string path)
    {
        if (_mounts.Length > 0 && Array.Exists(_mounts, m => m.Path == path)) return LocateExact(path);
        var inner = parent.TreePath == "/" ? $"/{name}" : $"{parent.TreePath}/{name}";
        return new FileLocation(parent.Tree, inner, parent.ReadOnly, parent.Tree.Child(directory, name), path);
    }

    // The path holds no links any more, but may lie on a mount.
    private FileLocation LocateExact(string path)
    {
        foreach (var mount in _mounts)
        {
            if (path != mount.Path && !(path.StartsWith(mount.Path, StringComparison.Ordinal) && path[mount.Path.Length] == '/')) continue;
            var inner = mount.TreePath.TrimEnd('/') + path[mount.Path.Length..];
            if (inner == "") inner = "/";
            return new FileLocation(mount.Tree, inner, mount.ReadOnly, mount.Tree.Find(inner), path);
        }
        return new FileLocation(root, path, readOnlyRoot, root.Find(path), path);
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>On whose behalf a file is touched.</summary>
internal sealed record FileUser(long Uid, long Gid, IReadOnlyList<long> Groups)
{
    public static FileUser Root { get; } = new(0, 0, []);

    public bool IsIn(long gid) => gid == Gid || Groups.Contains(gid);
}
