using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>The node's disk as the kubelet uses it.</summary>
internal sealed class NodeFiles(FileTree tree) : INodeFiles
{
    public FileTree Tree { get; } = tree;

    public void CreateDirectory(string path, int mode = 0b111_111_111, long? group = null)
    {
        path = Absolute(path);
        Tree.MakeDirectories(FileTree.Parent(path));
        lock (Tree.Gate)
        {
            if (Tree.Find(path) is DirectoryNode) return;
            Tree.MakeDirectories(path, mode);
            if (group is { } gid) Tree.SetAttributes(path, mode: mode | DirectoryNode.SetGroupId | 0b111_000, gid: gid);
        }
    }

    public void WriteFile(string path, ReadOnlyMemory<byte> content, int mode = 0b110_100_100)
    {
        path = Absolute(path);
        var file = NewFile(new NodeFile(content, mode));
        lock (Tree.Gate)
        {
            if (IsSame(Tree.Find(path), file)) return;
            Tree.MakeDirectories(FileTree.Parent(path));
            Tree.Put(path, file);
        }
    }

    public void ReplaceDirectory(string path, IReadOnlyDictionary<string, NodeFile> files, long? group = null)
    {
        var replacement = new DirectoryNode(0b111_111_111);
        foreach (var (name, file) in files)
        {
            var directory = replacement;
            var parts = Absolute(name).Split('/', StringSplitOptions.RemoveEmptyEntries);
            foreach (var part in parts[..^1])
            {
                if (!directory.Children.TryGetValue(part, out var below)) directory.Children[part] = below = new DirectoryNode();
                directory = below as DirectoryNode ?? throw new ArgumentException($"{name} lies below a file.", nameof(files));
            }
            directory.Children[parts[^1]] = NewFile(file);
        }
        if (group is { } gid) GiveTo(gid, replacement);
        path = Absolute(path);
        lock (Tree.Gate)
        {
            if (IsSame(Tree.Find(path), replacement)) return;       // a resync, and nothing has changed
            Tree.MakeDirectories(FileTree.Parent(path));
            Tree.Delete(path);
            Tree.Put(path, replacement);
        }
    }

    public byte[]? ReadFile(string path)
    {
        lock (Tree.Gate) return (Tree.Find(Absolute(path)) as RegularFile)?.Content.ToArray();
    }

    public NodePathKind KindOf(string path) => Tree.Find(Absolute(path)) switch
    {
        null => NodePathKind.None,
        DirectoryNode => NodePathKind.Directory,
        _ => NodePathKind.File,
    };

    public FileUsage UsageOf(string path) => Tree.UsageOf(Absolute(path));

    public void Delete(string path) => Tree.Delete(Absolute(path));

    private static bool IsSame(FileNode? there, FileNode wanted) => (there, wanted) switch
    {
        (RegularFile a, RegularFile b) => a.Mode == b.Mode && a.Content.Span.SequenceEqual(b.Content.Span),
        (DirectoryNode a, DirectoryNode b) => a.Children.Count == b.Children.Count && b.Children.All(c => a.Children.TryGetValue(c.Key, out var other) && IsSame(other, c.Value)),
        _ => false,
    };

    // As Kubernetes does with fsGroup: the group may read, and enter [pkg/volume/volume_linux.go].
    private static void GiveTo(long gid, FileNode node)
    {
        node.Gid = gid;
        node.Mode |= node is DirectoryNode ? DirectoryNode.SetGroupId | 0b101_000 : 0b100_000;
        foreach (var child in (node as DirectoryNode)?.Children.Values ?? Enumerable.Empty<FileNode>()) GiveTo(gid, child);
    }

    private static string Absolute(string path) => VirtualFileSystem.Normalise(path, "/");

    private static RegularFile NewFile(NodeFile file)
    {
        var node = new RegularFile(file.Mode);
        node.Replace(file.Content.Span);
        return node;
    }
}
