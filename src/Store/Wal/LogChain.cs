using MiniK8s.Store.Backend;

namespace MiniK8s.Store.Wal;

/// <summary>Checks that the segments found are one whole log.</summary>
internal static class LogChain
{
    /// <summary>The segments, oldest first, each but the last with its length.</summary>
    /// <param name="directory">Where they are.</param>
    /// <param name="mark">How far the log was synced; zeroes when that is not known.</param>
    /// <param name="settled">What the log need not hold.</param>
    /// <exception cref="InvalidDataException">One is missing, before, between or after them, or its head is damaged.</exception>
    public static List<SegmentName> Read(DataDirectory directory, (int Segment, long Offset) mark, BackendMeta settled)
    {
        var found = directory.Segments();
        var last = found.Count > 0 ? found[^1].Number : 0;
        if (mark.Segment > last) throw Missing(directory, mark.Segment, $"{directory.MarkFile} says that it was acknowledged");
        if (found.Count == 0 && settled == BackendMeta.Empty) return found;
        if (last < settled.Segment) throw Missing(directory, (int)settled.Segment, $"the backend ends with revision {settled.Revision} before it");
        if (found[0].Number > settled.Segment) throw Missing(directory, found[0].Number - 1, $"the backend ends with revision {settled.Revision}, {found[0].File} begins with {found[0].FirstRevision}");
        var heads = found.ConvertAll(SegmentHead.Read);
        for (var i = 1; i < found.Count; i++)
        {
            if (found[i].Number != found[i - 1].Number + 1) throw Missing(directory, found[i].Number - 1, $"{found[i].File} comes after it");
            found[i - 1] = found[i - 1] with { Length = heads[i].PreviousLength };
        }
        return found;
    }

    private static InvalidDataException Missing(DataDirectory directory, int number, string why) => new(
        $"log segment {number} is missing in {directory.Path}: {why}. Put the data directory back from a copy, or move it away to start empty.");
}
