namespace MiniK8s.Kubelet.Runtime;

/// <summary>
/// The node's file tree, from which mounts are made: the kubelet keeps volumes in it as on a disk
/// (<c>/var/lib/kubelet/pods/UID/volumes/…</c>), and hostPath
/// volumes are other paths of it. Lasts as long as the runtime's state: a kubelet that is killed and started again finds it as it was.
/// </summary>
internal interface INodeFiles
{
    /// <summary>Directory and parents; nothing happens if it exists.</summary>
    /// <param name="group">The group that the directory belongs to, as all that is made in it will; null: root's, and each file its maker's.</param>
    void CreateDirectory(string path, int mode = 0b111_111_111, long? group = null);

    /// <summary>Creates or replaces one file and the directories above it.</summary>
    void WriteFile(string path, ReadOnlyMemory<byte> content, int mode = 0b110_100_100);

    /// <summary>
    /// Makes a directory hold exactly these files (relative paths), at one moment for every reader: ConfigMap, Secret and downward API
    /// volumes.
    /// </summary>
    /// <param name="group">Whose all of it is; null: root's.</param>
    void ReplaceDirectory(string path, IReadOnlyDictionary<string, NodeFile> files, long? group = null);

    /// <summary>Null if there is no such file.</summary>
    byte[]? ReadFile(string path);

    NodePathKind KindOf(string path);

    /// <summary>What a file, or a directory and all below it, takes of the disk; nothing if it is absent.</summary>
    FileUsage UsageOf(string path);

    /// <summary>Removes a file or a whole directory; nothing happens if it is absent.</summary>
    void Delete(string path);
}

/// <summary>A file's content and permission bits (default 0644).</summary>
internal sealed record NodeFile(ReadOnlyMemory<byte> Content, int Mode = 0b110_100_100);

internal enum NodePathKind
{
    None,
    File,
    Directory,
}
