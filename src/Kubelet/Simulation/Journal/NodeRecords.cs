using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Journal;

/// <summary>What the journal's lines add up to for one node.</summary>
internal sealed class NodeRecords
{
    public Dictionary<string, (PodSandboxStatus Status, bool IsStopped)> Sandboxes { get; } = [];
    public Dictionary<string, ContainerRecords> Containers { get; } = [];
    public HashSet<string> Images { get; } = [];

    /// <summary>By tree: a container's id, or empty for the node's own.</summary>
    public Dictionary<string, FileHistory> Files { get; } = [];

    public void Apply(JournalRecord record)
    {
        switch (record)
        {
            case JournalRecord.SandboxStarted started:
                Sandboxes[started.Sandbox.Id] = (started.Sandbox, false);
                break;
            case JournalRecord.SandboxStopped stopped when Sandboxes.TryGetValue(stopped.Id, out var sandbox):
                Sandboxes[stopped.Id] = (sandbox.Status, true);
                break;
            case JournalRecord.SandboxRemoved removed:
                Sandboxes.Remove(removed.Id);
                break;
            case JournalRecord.ContainerCreated created:
                Containers[created.Id] = new ContainerRecords(created, null, null);
                break;
            case JournalRecord.ContainerStarted started when Containers.TryGetValue(started.Id, out var container):
                Containers[started.Id] = container with { Started = started };
                break;
            case JournalRecord.ContainerExited exited when Containers.TryGetValue(exited.Id, out var container):
                Containers[exited.Id] = container with { Exited = exited };
                Files.Remove(exited.Id);        // an ended container's own files are never looked at again
                break;
            case JournalRecord.ContainerRemoved removed:
                Containers.Remove(removed.Id);
                Files.Remove(removed.Id);
                break;
            case JournalRecord.ImagePulled pulled:
                Images.Add(pulled.Reference);
                break;
            case JournalRecord.ImageRemoved removed:
                Images.Remove(removed.Reference);
                break;
            case JournalRecord.FileChanged changed:
                if (!Files.TryGetValue(changed.Tree, out var history)) Files[changed.Tree] = history = new FileHistory(keepsDeletes: changed.Tree != "");
                history.Add(changed.Change, changed.At);
                break;
        }
    }

    /// <summary>The shortest list of lines that adds up to the same.</summary>
    public IEnumerable<JournalRecord> Compacted(string node)
    {
        foreach (var image in Images) yield return new JournalRecord.ImagePulled(node, image);
        foreach (var (status, isStopped) in Sandboxes.Values)
        {
            yield return new JournalRecord.SandboxStarted(node, status);
            if (isStopped) yield return new JournalRecord.SandboxStopped(node, status.Id);
        }
        foreach (var container in Containers.Values)
        {
            yield return container.Created;
            if (container.Started is { } started) yield return started;
            if (container.Exited is { } exited) yield return exited;
        }
        foreach (var (tree, history) in Files)
            foreach (var change in history.Changes) yield return new JournalRecord.FileChanged(node, tree, history.LastAt, change);
    }
}

/// <summary>A container's lines.</summary>
internal sealed record ContainerRecords(JournalRecord.ContainerCreated Created, JournalRecord.ContainerStarted? Started, JournalRecord.ContainerExited? Exited);

/// <summary>A tree's changes without those that later ones have overtaken.</summary>
internal sealed class FileHistory(bool keepsDeletes)
{
    private readonly List<FileChange?> _changes = [];
    private readonly Dictionary<string, int> _lastWrite = new(StringComparer.Ordinal);

    public DateTimeOffset LastAt { get; private set; }

    public IEnumerable<FileChange> Changes => _changes.OfType<FileChange>();

    public void Add(FileChange change, DateTimeOffset at)
    {
        LastAt = at;
        switch (change)
        {
            case FileChange.Append append when _lastWrite.TryGetValue(append.Path, out var index) && _changes[index] is FileChange.Write write:
                _changes[index] = write with { Content = [.. write.Content, .. append.Content] };
                return;
            case FileChange.Write write:
                if (_lastWrite.TryGetValue(write.Path, out var old)) _changes[old] = null;
                _lastWrite[write.Path] = _changes.Count;
                break;
            case FileChange.Delete delete:
                Forget(delete.Path);
                if (!keepsDeletes) return;
                break;
        }
        _changes.Add(change);
    }

    private void Forget(string path)
    {
        for (var i = 0; i < _changes.Count; i++)
        {
            if (_changes[i] is not { } change || (change.Path != path && !change.Path.StartsWith(path + "/", StringComparison.Ordinal))) continue;
            _changes[i] = null;
            _lastWrite.Remove(change.Path);
        }
        if (_changes.Count > 1024 && _changes.Count(c => c is null) > _changes.Count / 2) Squeeze();
    }

    private void Squeeze()
    {
        _changes.RemoveAll(c => c is null);
        for (var i = 0; i < _changes.Count; i++)
            if (_changes[i] is FileChange.Write write) _lastWrite[write.Path] = i;
    }
}
