using MiniK8s.Robustness.Tests.History;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Robustness.Tests.Faults;

/// <summary>The log of a stopped store, read with the store's own codec.</summary>
internal static class LogDump
{
    /// <summary>With these the store keeps what has settled of its log; short segments make it settle often.</summary>
    public static string[] FlagsToKeepEverything { get; } = ["--retain-log", "--segment-bytes", "50000"];

    /// <summary>Every entry, as lines of a history.</summary>
    /// <exception cref="InvalidDataException">The log is not whole.</exception>
    public static List<HistoryLine> Read(string dataDirectory)
    {
        using var directory = DataDirectory.Open(dataDirectory);
        return [.. directory.Segments().SelectMany(ReadSegment).Select(ToLine).OfType<HistoryLine>()];
    }

    // A missing or damaged segment shows as a hole in the revisions. Segments are zeroes from the last record on.
    private static IEnumerable<LogEntry> ReadSegment(SegmentName segment)
    {
        var (bytes, fileLength) = SegmentBytes.Load(segment.File);
        var reader = new FrameReader(bytes, fileLength);
        for (var isHead = true; reader.TryRead(out var payload) == FrameEnd.Whole; isHead = false)
        {
            if (isHead) continue;
            foreach (var entry in LogCodec.Read(payload)) yield return entry;
        }
    }

    private static HistoryLine? ToLine(LogEntry entry) => entry switch
    {
        RevisionEntry revision => new LogRevisionLine(revision.Revision, [.. revision.Events.Select(stored => stored.Plain.Kv)]),
        CompactionEntry compaction => new LogCompactionLine(compaction.Revision),
        LeaseGrantEntry grant => new LogGrantLine(grant.Id, grant.Ttl),
        LeaseRevokeEntry revoke => new LogRevokeLine(revoke.Id),
        _ => null,      // alarms
    };
}
