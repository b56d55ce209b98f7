namespace MiniK8s.Store.Wal;

/// <summary>The first frame of a segment: what makes the segments one log.</summary>
/// <param name="Number">1, 2, 3 ... without holes.</param>
/// <param name="FirstRevision">The first revision that can stand in it.</param>
/// <param name="PreviousLength">How many bytes of the segment before it are in use: all of them must be there. 0 for the first one.</param>
internal sealed record SegmentHead(int Number, long FirstRevision, long PreviousLength)
{
    /// <summary>No head's frame is longer.</summary>
    public const int MostBytes = 64;

    /// <summary>Makes the frame.</summary>
    public void Fill(FrameBuffer frame) => frame.Fill(LogCodec.Kind.SegmentHead, Number, FirstRevision, PreviousLength);

    /// <summary>Reads the head of a segment.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or that of another segment.</exception>
    public static SegmentHead Read(SegmentName segment)
    {
        using var file = File.OpenHandle(segment.File);
        var bytes = new byte[MostBytes];
        var length = RandomAccess.Read(file, bytes, 0);
        var reader = new FrameReader(bytes, long.Max(length, 0));
        if (reader.TryRead(out var payload) != FrameEnd.Whole) throw Damage.At(segment.File, 0, "the head of the segment does not match its checksum");
        var head = Parse(segment, new LogInput(payload));
        if (head.Number != segment.Number || head.FirstRevision != segment.FirstRevision)
        {
            throw Damage.At(segment.File, 0, $"it is segment {head.Number} from revision {head.FirstRevision} on, under another name");
        }
        return head;
    }

    private static SegmentHead Parse(SegmentName segment, LogInput input) =>
        (LogCodec.Kind)input.ReadByte() == LogCodec.Kind.SegmentHead
            ? new SegmentHead((int)input.ReadNumber(), input.ReadNumber(), input.ReadNumber())
            : throw Damage.At(segment.File, 0, "it does not begin with the head of a segment");
}
