using System.Buffers;
using System.Buffers.Binary;

using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Snapshots;

/// <summary>Writes a published state as a snapshot file, piece by piece, all but the checksum. See <see cref="SnapshotFormat"/>.</summary>
/// <remarks>The state is immutable, so the writer of the store goes on meanwhile, and two runs over one state give the same bytes.</remarks>
internal sealed class SnapshotWriter(MvccSnapshot snapshot)
{
    private const int FrameBytes = 64 * 1024;
    private readonly ArrayBufferWriter<byte> _frame = new(FrameBytes);
    private long _position;
    private long _frames;

    /// <summary>How many bytes <see cref="Pieces"/> gives in all.</summary>
    public static long LengthOf(MvccSnapshot snapshot) => new SnapshotWriter(snapshot).Pieces().Sum(piece => (long)piece.Length);

    /// <summary>The file's bytes in order. Each piece is good until the next is asked for. Once.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        yield return Passed(SnapshotFormat.Preamble.ToArray());
        yield return Numbers(SnapshotFormat.Head, snapshot.Revision, snapshot.CompactRevision);
        foreach (var frame in Frames(SnapshotFormat.Values, Values())) yield return frame;
        foreach (var frame in Frames(SnapshotFormat.Entries, Entries())) yield return frame;
        yield return Numbers(SnapshotFormat.End, _frames);
        yield return new byte[(SnapshotFormat.Block - (_position % SnapshotFormat.Block)) % SnapshotFormat.Block];
    }

    private IEnumerable<LogEntry> Values()
    {
        if (snapshot.CompactRevision < 1) yield break;
        var old = snapshot.LiveAt(snapshot.CompactRevision).Where(value => value.ModRevision < snapshot.CompactRevision);
        foreach (var chunk in old.OrderBy(value => value.ModRevision).Chunk(16))
        {
            yield return new RevisionEntry(snapshot.CompactRevision - 1, [.. chunk.Select(value => new StoredEvent(value, previous: null))]);
        }
    }

    private IEnumerable<LogEntry> Entries()
    {
        foreach (var lease in snapshot.Leases.All.OrderBy(lease => lease.Id)) yield return new LeaseGrantEntry(lease.Id, lease.Ttl);
        foreach (var alarm in snapshot.Alarms) yield return new AlarmEntry(alarm, IsRaised: true);
        if (snapshot.CompactRevision > -1 && snapshot.CompactRevision < snapshot.History.First) yield return new CompactionEntry(snapshot.CompactRevision);
        for (var revision = snapshot.History.First; revision <= snapshot.History.Last; revision++)
        {
            yield return new RevisionEntry(revision, [.. snapshot.ChangesAt(revision).Select(change => new StoredEvent(change, previous: null))]);
            if (revision == snapshot.CompactRevision) yield return new CompactionEntry(revision);
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Frames(byte kind, IEnumerable<LogEntry> entries)
    {
        var any = false;
        foreach (var entry in entries)
        {
            if (!any) Begin(kind);
            any = true;
            LogCodec.Write(_frame, entry);
            if (_frame.WrittenCount < FrameBytes) continue;
            yield return Finish();
            any = false;
        }
        if (any) yield return Finish();
    }

    private ReadOnlyMemory<byte> Numbers(byte kind, params ReadOnlySpan<long> numbers)
    {
        Begin(kind);
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_frame.GetSpan(sizeof(long)), number);
            _frame.Advance(sizeof(long));
        }
        return Finish();
    }

    private void Begin(byte kind)
    {
        _frame.ResetWrittenCount();
        _frame.GetSpan(Frame.HeaderSize + 1)[Frame.HeaderSize] = kind;
        _frame.Advance(Frame.HeaderSize + 1);
        if (kind is SnapshotFormat.Values or SnapshotFormat.Entries) _frames++;
    }

    private ReadOnlyMemory<byte> Finish()
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_frame.WrittenMemory);
        Frame.WriteHeader(bytes.Span, _position, bytes.Span[Frame.HeaderSize..]);
        return Passed(bytes);
    }

    private ReadOnlyMemory<byte> Passed(ReadOnlyMemory<byte> piece)
    {
        _position += piece.Length;
        return piece;
    }
}
