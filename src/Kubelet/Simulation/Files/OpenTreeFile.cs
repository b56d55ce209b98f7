namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>An open regular file with its position.</summary>
/// <param name="tree">Owns the file; its lock guards the content.</param>
/// <param name="path">Where the file was found in the tree.</param>
/// <param name="file">The file.</param>
/// <param name="append">Every write goes to the end.</param>
/// <param name="readOnly">Writing is a bad descriptor.</param>
internal sealed class OpenTreeFile(FileTree tree, string path, RegularFile file, bool append, bool readOnly) : OpenFile
{
    private readonly int _lengthAtOpen = file.Length;
    private bool _wrote;
    private int _position;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        lock (tree.Gate)
        {
            var count = int.Max(0, int.Min(buffer.Length, file.Length - _position));
            file.Content.Slice(int.Min(_position, file.Length), count).CopyTo(buffer);
            _position += count;
            return ValueTask.FromResult(count);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (readOnly) throw FileError.BadDescriptor;
        lock (tree.Gate)
        {
            if (append) _position = file.Length;
            tree.Write(file, _position, data.Span);
            _position += data.Length;
            _wrote = true;
        }
        return ValueTask.CompletedTask;
    }

    protected override void OnClose()
    {
        if (!readOnly && (_wrote || !append)) tree.Written(path, file, append ? _lengthAtOpen : null);
    }
}
