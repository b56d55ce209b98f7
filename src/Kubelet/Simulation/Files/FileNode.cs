namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>
/// A file, directory, link or device. Nodes of an image are frozen and shared by every container of it; a tree that wants to change
/// one puts a copy in its place first (<see cref="FileTree"/>).
/// </summary>
internal abstract class FileNode(int mode)
{
    /// <summary>Permission bits; of a directory also <see cref="DirectoryNode.SetGroupId"/>.</summary>
    public int Mode { get; set; } = mode;

    public long Uid { get; set; }
    public long Gid { get; set; }
    public DateTimeOffset ModifiedAt { get; set; }

    /// <summary>Part of an image: never changed, only replaced by a copy.</summary>
    public bool IsFrozen { get; private set; }

    public virtual void Freeze() => IsFrozen = true;

    public abstract FileNode Copy();

    protected T Like<T>(T copy) where T : FileNode
    {
        (copy.Uid, copy.Gid, copy.ModifiedAt) = (Uid, Gid, ModifiedAt);
        return copy;
    }
}

/// <summary>A regular file. With <see cref="Program"/> set it is an executable of the image, whose bytes nobody reads.</summary>
internal sealed class RegularFile(int mode = 0b110_100_100) : FileNode(mode)
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    /// <summary>The name of the built-in program that runs when this file is executed; null for data and scripts.</summary>
    public string? Program { get; init; }

    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, Length);

    public void Replace(ReadOnlySpan<byte> content)
    {
        _bytes = content.ToArray();
        Length = content.Length;
    }

    public void WriteAt(int offset, ReadOnlySpan<byte> data)
    {
        var end = offset + data.Length;
        if (end > _bytes.Length) Array.Resize(ref _bytes, int.Max(end, int.Min(_bytes.Length * 2, FileTree.MaxFileBytes)));
        if (offset > Length) _bytes.AsSpan(Length, offset - Length).Clear();
        data.CopyTo(_bytes.AsSpan(offset));
        Length = int.Max(Length, end);
    }

    public override FileNode Copy()
    {
        var copy = Like(new RegularFile(Mode) { Program = Program });
        copy.Replace(Content.Span);
        return copy;
    }
}

/// <summary>A directory; its names are kept in order.</summary>
internal sealed class DirectoryNode(int mode = 0b111_101_101) : FileNode(mode)
{
    /// <summary>The bit of a directory whose group is that of everything made in it [inode(7)].</summary>
    public const int SetGroupId = 0b10_000_000_000;

    public SortedList<string, FileNode> Children { get; private init; } = new(StringComparer.Ordinal);

    public bool GivesItsGroup => (Mode & SetGroupId) != 0;

    public override void Freeze()
    {
        if (IsFrozen) return;
        base.Freeze();
        foreach (var child in Children.Values) child.Freeze();
    }

    public override FileNode Copy()
    {
        return Like(new DirectoryNode(Mode) { Children = new SortedList<string, FileNode>(Children, StringComparer.Ordinal) });
    }
}

internal sealed class SymbolicLink(string target) : FileNode(0b111_111_111)
{
    public string Target { get; } = target;

    public override FileNode Copy() => Like(new SymbolicLink(Target));
}

/// <summary>A character device such as /dev/null; which one is said by its name.</summary>
internal sealed class DeviceNode(string name) : FileNode(0b110_110_110)
{
    public string Name { get; } = name;

    public override FileNode Copy() => Like(new DeviceNode(Name));
}
