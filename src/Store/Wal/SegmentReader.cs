using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>A record of the log: what one sync made durable.</summary>
/// <param name="End">Where the next record starts.</param>
/// <param name="Entries">What it says.</param>
internal readonly record struct LogRecord(long End, List<LogEntry> Entries);

/// <summary>Reads the records of a segment.</summary>
internal static class SegmentReader
{
    /// <summary>The records of a segment that nothing more is written to.</summary>
    /// <param name="segment">The segment, its length known.</param>
    /// <param name="from">Where to begin: 0 or the end of a record.</param>
    /// <param name="home">The home that the versions read are to have; none when null.</param>
    /// <exception cref="InvalidDataException">Not every record up to the segment's length is there and sound; the message says where.</exception>
    public static IEnumerable<LogRecord> ReadSealed(SegmentName segment, long from = 0, IVersionHome? home = null)
    {
        var (bytes, fileLength) = SegmentBytes.Load(segment.File);
        var reader = new FrameReader(bytes, fileLength, from);
        while (reader.Offset < segment.Length)
        {
            var start = reader.Offset;
            if (reader.TryRead(out var payload) != FrameEnd.Whole) throw Damage.At(segment.File, start, "a record does not match its checksum");
            if (start > 0) yield return new LogRecord(reader.Offset, Decode(segment.File, start, payload, home));     // the head is no record
        }
        if (reader.Offset != segment.Length) throw Damage.At(segment.File, reader.Offset, $"it was sealed at {segment.Length}");
    }

    /// <summary>The records of the segment that was written last, to where they end.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="synced">How far it is known to have been synced.</param>
    /// <param name="home">The home that the versions read are to have.</param>
    /// <param name="ended">Told where the records end, and whether what follows is a torn write to be wiped.</param>
    /// <exception cref="InvalidDataException">A record is damaged, or one that was synced is gone; the message says where.</exception>
    public static IEnumerable<LogRecord> ReadOpen(SegmentName segment, long synced, IVersionHome home, Action<long, bool> ended)
    {
        var (bytes, fileLength) = SegmentBytes.Load(segment.File);
        var reader = new FrameReader(bytes, fileLength);
        while (true)
        {
            var start = reader.Offset;
            var end = reader.TryRead(out var payload);
            if (end == FrameEnd.Whole)
            {
                if (start > 0) yield return new LogRecord(reader.Offset, Decode(segment.File, start, payload, home));
                continue;
            }
            if (end == FrameEnd.Damaged) throw Damage.At(segment.File, start, "a record does not match its checksum");
            if (start < synced) throw Damage.At(segment.File, start, $"records up to {synced} were acknowledged, and are gone");     // so says the mark
            ended(start, end == FrameEnd.Torn);
            yield break;
        }
    }

    private static List<LogEntry> Decode(string file, int offset, ReadOnlyMemory<byte> payload, IVersionHome? home)
    {
        try
        {
            return [.. LogCodec.Read(payload, home, offset + Frame.HeaderSize)];
        }
        catch (Exception ex) when (ex is InvalidDataException or InvalidProtocolBufferException)
        {
            throw Damage.At(file, offset, ex.Message, ex);
        }
    }
}
