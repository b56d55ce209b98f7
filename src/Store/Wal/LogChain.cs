namespace MiniK8s.Store.Wal;

/// <summary>Checks that the segments found are one whole log.</summary>
internal static class LogChain
{
    /// <summary>The segments, oldest first, each but the last with its length.</summary>
    /// <param name="directory">Where they are.</param>
    /// <param name="mark">How far the log was synced; zeroes when that is not known.</param>
    /// <param name="covered">The last revision that the log need not hold.</param>
    /// <exception cref="InvalidDataException">One is missing, before, between or after them, or its head is damaged.</exception>
    public static List<SegmentName> Read(DataDirectory directory, (int Segment, long Offset) mark, long covered)
    {
        var found = directory.Segments();
        var last = found.Count > 0 ? found[^1].Number : 0;
        if (mark.Segment > last) throw Missing(directory, mark.Segment, $"{directory.MarkFile} says that it was acknowledged");
        if (found.Count > 0 && found[0].FirstRevision > covered + 1)
        {
            throw Missing(directory, found[0].Number - 1, $"{found[0].File} begins with revision {found[0].FirstRevision}, but what is before it ends with {covered}");
        }
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
