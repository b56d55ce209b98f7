using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend;

/// <summary>Brings a state file into the backend: what `mk8s store restore` leaves, or a store from before there were backends.</summary>
internal static class StateImport
{
    /// <summary>Imports the newest state file of the directory, if there is one and the backend is empty, and removes state files.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The disk refused; the next start begins anew.</exception>
    public static void Run(DataDirectory directory, IBackend backend, StoreOptions options)
    {
        var files = directory.StateFiles();
        if (files.Count == 0) return;
        if (backend.ReadMeta() is null) Import(directory, files[0], backend, options);
        foreach (var file in files) File.Delete(file);
        directory.Sync();
    }

    // The log first: a backend that knows revisions and has no log beside it has lost its log.
    private static void Import(DataDirectory directory, string file, IBackend backend, StoreOptions options)
    {
        var state = StateFile.Read(file);
        var segments = directory.Segments();
        if (segments.Count == 0) segments.Add(LogSegment.Create(directory, new SegmentFiles(), new SegmentHead(1, state.Revision + 1, 0), options.SegmentBytes).Segment);

        var settlement = new Settlement(backend, BackendMeta.Empty, []);
        settlement.Begin();
        foreach (var entry in state.ToEntries()) settlement.Apply(entry);
        settlement.Commit(segments[0].Number, 0);
    }
}
