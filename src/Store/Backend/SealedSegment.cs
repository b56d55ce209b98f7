using System.Buffers;

using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend;

/// <summary>Reads a segment that nothing more is written to, record by record, without holding all of it in memory.</summary>
internal static class SealedSegment
{
    /// <summary>The records from the offset on, each with the offset just past it. Keys and values of one are good until the next is asked for.</summary>
    /// <exception cref="InvalidDataException">A record is not as it was written.</exception>
    public static IEnumerable<(long End, IEnumerable<LogEntry> Entries)> Read(SegmentName segment, long offset)
    {
        using var file = File.OpenHandle(segment.File);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (offset < segment.Length)
            {
                var (length, isHead) = (ReadLength(segment, file, offset), offset == 0);
                if (buffer.Length < Frame.HeaderSize + length) buffer = Grown(buffer, Frame.HeaderSize + length);
                var frame = buffer.AsMemory(0, Frame.HeaderSize + length);
                if (RandomAccess.Read(file, frame.Span, offset) < frame.Length || !Frame.Matches(frame.Span, frame.Span[Frame.HeaderSize..]))
                {
                    throw Damage.At(segment.File, offset, "a record does not match its checksum");
                }
                offset += Frame.SizeOf(length);
                if (!isHead) yield return (offset, LogCodec.Read(frame[Frame.HeaderSize..], inPlace: true));      // the head is no record
            }
            if (offset != segment.Length) throw Damage.At(segment.File, offset, $"it was sealed at {segment.Length}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int ReadLength(SegmentName segment, Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset)
    {
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        header = header[..RandomAccess.Read(file, header, offset)];
        if (Frame.TryReadLength(header, offset, out var length) && length <= segment.Length - offset) return length;
        throw Damage.At(segment.File, offset, "this is not the start of a record");
    }

    private static byte[] Grown(byte[] buffer, int length)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        return ArrayPool<byte>.Shared.Rent(length);
    }
}
