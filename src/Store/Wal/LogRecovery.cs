using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>Brings the store back from its directory: what the backend holds, then the log after it.</summary>
/// <remarks>
/// found                                          | done
/// -----------------------------------------------+---------------------------------------------------------
/// nothing                                        | a new store at revision 1
/// the last segment ends in a torn frame          | wiped, with a warning: it was never acknowledged
/// the log ends before the mark                   | refuse to start: what was acknowledged is gone
/// any other bad frame, a hole, a missing segment | refuse to start, naming the file and the offset
/// segments that the backend has settled          | passed over
/// </remarks>
internal static partial class LogRecovery
{
    /// <summary>Fills the store and opens the log for appending.</summary>
    /// <exception cref="InvalidDataException">Data are damaged or missing; the message says where and what to do.</exception>
    /// <exception cref="IOException">The directory cannot be read or written.</exception>
    public static WriteAheadLog Recover(
        DataDirectory directory, BackendReader backend, MvccStore store, StoreOptions options, ILogger logger, ISegmentFiles? files = null)
    {
        files ??= new SegmentFiles();
        var mark = LogMark.Open(directory);
        try
        {
            var segments = LogChain.Read(directory, mark.Read(), backend.Meta);
            if (segments.Count == 0) segments.Add(LogSegment.Create(directory, files, new SegmentHead(1, 2, 0), options.SegmentBytes).Segment);
            var end = 0L;
            store.Restore(MvccSnapshot.Empty, backend.Entries().Concat(Entries(directory, segments, backend.Meta, mark.Read(), files, offset => end = offset, logger)));
            LogRecovered(logger, directory.Path, backend.Name, store.Current.Revision, store.Current.CompactRevision, store.Current.Tree.Count, segments.Count);
            var log = new WriteAheadLog(directory, files, segments, end, mark, store.Current.Revision + 1, options);
            log.Settled((int)backend.Meta.Segment, backend.Meta.Offset);
            return log;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    private static IEnumerable<LogEntry> Entries(
        DataDirectory directory,
        List<SegmentName> segments,
        BackendMeta settled,
        (int Segment, long Offset) mark,
        ISegmentFiles files,
        Action<long> ended,
        ILogger logger)
    {
        foreach (var sealedOne in segments.SkipLast(1).Where(segment => segment.Number >= settled.Segment))
        {
            foreach (var record in SegmentReader.ReadSealed(sealedOne, sealedOne.Number == settled.Segment ? settled.Offset : 0, directory.HomeOf(sealedOne)))
            {
                foreach (var entry in record.Entries) yield return entry;
            }
        }
        var open = segments[^1];
        var (end, isTorn) = (0L, false);
        foreach (var record in SegmentReader.ReadOpen(open, mark.Segment == open.Number ? mark.Offset : 0, directory.HomeOf(open), (offset, torn) => (end, isTorn) = (offset, torn)))
        {
            foreach (var entry in record.Entries) yield return entry;
        }
        if (isTorn) Wipe(open, end, files, logger);
        ended(end);
    }

    private static void Wipe(SegmentName segment, long from, ISegmentFiles files, ILogger logger)
    {
        using var file = files.Open(segment.File, 0);
        file.Wipe(from);
        file.Sync();
        LogTornTail(logger, segment.File, from);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovered {Directory} (backend {Backend}): revision {Revision}, compacted at {CompactRevision}, {Keys} keys, {Segments} log segments")]
    private static partial void LogRecovered(ILogger logger, string directory, string backend, long revision, long compactRevision, int keys, int segments);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Wiped the torn tail of {File} from offset {Offset} on: a write that was never acknowledged")]
    private static partial void LogTornTail(ILogger logger, string file, long offset);
}
