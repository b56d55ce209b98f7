using MiniK8s.Store.Failpoints;

namespace MiniK8s.Store.Wal;

/// <summary>Makes segments.</summary>
internal static class LogSegment
{
    /// <summary>Makes a segment with nothing but its head, durably: either it is there whole, under its name, or not at all.</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="files">The disk.</param>
    /// <param name="head">Its head.</param>
    /// <param name="length">Length of its file.</param>
    /// <exception cref="LogFullException">There is no room; nothing has changed.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    /// <returns>The segment, and how many bytes its head takes.</returns>
    public static (SegmentName Segment, int Used) Create(DataDirectory directory, ISegmentFiles files, SegmentHead head, long length)
    {
        var segment = directory.Segment(head.Number, head.FirstRevision);
        var unfinished = segment.File + ".tmp";
        var frame = new FrameBuffer();
        head.Fill(frame);
        try
        {
            using (var file = files.Create(unfinished, length))
            {
                file.Write(frame.At(0), 0);
                file.Sync();
            }
            File.Move(unfinished, segment.File);
            directory.Sync();
            Fail.At(Failpoint.SegmentStart);
            return (segment, frame.Length);
        }
        catch (IOException ex) when (LogFullException.IsMeant(ex))
        {
            File.Delete(unfinished);
            File.Delete(segment.File);
            throw new LogFullException(ex);
        }
    }
}
