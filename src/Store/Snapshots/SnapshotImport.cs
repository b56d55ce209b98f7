using MiniK8s.Store.Backend;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Snapshots;

/// <summary>Takes the snapshot that <see cref="SnapshotRestore"/> left in a directory into its backend, at the first start.</summary>
/// <remarks>
/// <code>
/// crashed                        | found at the next start            | done then
/// -------------------------------+------------------------------------+----------------------
/// before the backend's commit    | the snapshot, an empty backend     | imported once more
/// after it                       | the snapshot, a backend            | the snapshot is removed
/// </code>
/// </remarks>
internal static class SnapshotImport
{
    /// <summary>Imports the snapshot, if there is one, and removes it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The disk refused; the next start begins anew.</exception>
    public static void Run(DataDirectory directory, IBackend backend, StoreOptions options)
    {
        var file = Path.Combine(directory.Path, SnapshotRestore.FileName);
        if (!File.Exists(file)) return;
        if (backend.ReadMeta() is null) Import(directory, file, backend, options);
        File.Delete(file);
        directory.Sync();
    }

    // The log first: a backend that knows revisions and has no log beside it has lost its log.
    private static void Import(DataDirectory directory, string file, IBackend backend, StoreOptions options)
    {
        using var snapshot = SnapshotReader.Open(file);
        var segments = directory.Segments();
        if (segments.Count == 0) segments.Add(LogSegment.Create(directory, new SegmentFiles(), new SegmentHead(1, snapshot.Revision + 1, 0), options.SegmentBytes).Segment);

        var settlement = new Settlement(backend, BackendMeta.Empty, []);
        settlement.Begin();
        foreach (var entry in snapshot.Entries()) settlement.Apply(entry);
        settlement.Commit(segments[0].Number, 0);
    }
}
