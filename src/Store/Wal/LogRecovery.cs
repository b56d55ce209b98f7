using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>Brings the store back from its directory: the newest state file, then the log after it.</summary>
/// <remarks>
/// found                                          | done
/// -----------------------------------------------+---------------------------------------------------------
/// nothing                                        | a new store at revision 1
/// the last segment ends in a torn frame          | cut there, with a warning: it was never acknowledged
/// any other bad frame, a hole, a missing segment | refuse to start, naming the file and the offset
/// older state files                              | removed
/// </remarks>
internal static partial class LogRecovery
{
    /// <summary>Fills the store and opens the log for appending.</summary>
    /// <exception cref="InvalidDataException">Data are damaged or missing; the message says where and what to do.</exception>
    /// <exception cref="IOException">The directory cannot be read or written.</exception>
    public static WriteAheadLog Recover(DataDirectory directory, MvccStore store, StoreOptions options, ILogger logger)
    {
        var stateFiles = directory.StateFiles();
        var state = stateFiles.Count == 0 ? MvccSnapshot.Empty : StateFile.Read(stateFiles[0]);
        foreach (var old in stateFiles.Skip(1)) File.Delete(old);

        var segments = directory.Segments();
        CheckChain(directory, segments, state);
        if (segments.Count == 0) segments.Add(WriteAheadLog.Create(directory, 1, state.Revision + 1));

        store.Restore(state, segments.SelectMany(segment => ReadSegment(segment, isLast: segment == segments[^1], logger)));
        LogRecovered(logger, directory.Path, store.Current.Revision, store.Current.CompactRevision, store.Current.Tree.Count, segments.Count);
        return new WriteAheadLog(directory, segments, store.Current.Revision + 1, options);
    }

    private static void CheckChain(DataDirectory directory, List<SegmentName> segments, MvccSnapshot state)
    {
        for (var i = 1; i < segments.Count; i++)
        {
            if (segments[i].Number != segments[i - 1].Number + 1) throw Refuse(segments[i].File, 0, $"segment {segments[i].Number - 1} is missing before it");
        }
        if (segments.Count > 0 && segments[0].FirstRevision > state.Revision + 1)
        {
            throw Refuse(segments[0].File, 0, $"it begins with revision {segments[0].FirstRevision}, but what is before it ends with {state.Revision} in {directory.Path}");
        }
    }

    private static IEnumerable<LogEntry> ReadSegment(SegmentName segment, bool isLast, ILogger logger)
    {
        var bytes = File.ReadAllBytes(segment.File);
        var reader = new FrameReader(bytes);
        while (true)
        {
            var start = reader.Offset;
            switch (reader.TryRead(out var payload))
            {
                case FrameEnd.Whole:
                    foreach (var entry in Decode(segment, start, payload)) yield return entry;
                    break;
                case FrameEnd.EndOfFile:
                    yield break;
                case FrameEnd.Torn when isLast:
                    Cut(segment, start);
                    LogTornTail(logger, segment.File, start, bytes.Length - start);
                    yield break;
                default:
                    throw Refuse(segment.File, start, "a record does not match its checksum");
            }
        }
    }

    private static List<LogEntry> Decode(SegmentName segment, int offset, ReadOnlyMemory<byte> payload)
    {
        try
        {
            return [.. LogCodec.Read(payload)];
        }
        catch (Exception ex) when (ex is InvalidDataException or Google.Protobuf.InvalidProtocolBufferException)
        {
            throw Refuse(segment.File, offset, ex.Message);
        }
    }

    private static void Cut(SegmentName segment, long length)
    {
        using var file = File.OpenHandle(segment.File, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
    }

    private static InvalidDataException Refuse(string file, long offset, string why) => new(
        $"{file} is damaged at offset {offset}: {why}. Put the data directory back from a copy, or move it away to start empty.");

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovered {Directory}: revision {Revision}, compacted at {CompactRevision}, {Keys} keys, {Segments} log segments")]
    private static partial void LogRecovered(ILogger logger, string directory, long revision, long compactRevision, int keys, int segments);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cut the torn tail of {File} at offset {Offset}: {Bytes} bytes of a write that was never acknowledged")]
    private static partial void LogTornTail(ILogger logger, string file, long offset, long bytes);
}
