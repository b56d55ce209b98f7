using System.Buffers;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>What was live at a compaction, in one file: what a store can start from.</summary>
/// <remarks>Frames: a head with the revision, the leases, live values, the events of that revision, an end with the number of values.</remarks>
internal static class StateFile
{
    private const int FrameBytes = 1 << 20;

    /// <summary>Writes the state at the snapshot's compact revision, durably, under its final name.</summary>
    /// <exception cref="IOException">The disk refused; nothing under the final name has changed.</exception>
    public static void Write(DataDirectory directory, MvccSnapshot snapshot)
    {
        var revision = snapshot.CompactRevision;
        var target = directory.StateFile(revision);
        var unfinished = target + ".tmp";
        using (var output = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
        {
            WriteFrames(output, snapshot, revision);
            output.Flush(flushToDisk: true);
        }
        File.Move(unfinished, target, overwrite: true);
        directory.Sync();
    }

    /// <summary>Reads a state back.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or not whole.</exception>
    public static MvccSnapshot Read(string file)
    {
        var reader = new FrameReader(File.ReadAllBytes(file));
        try
        {
            return Read(reader);
        }
        catch (Exception ex) when (ex is InvalidDataException or Google.Protobuf.InvalidProtocolBufferException)
        {
            throw new InvalidDataException(
                $"{file} is damaged at offset {reader.Offset}: {ex.Message}. Put the data directory back from a copy, or move it away to start empty.", ex);
        }
    }

    private static void WriteFrames(Stream output, MvccSnapshot snapshot, long revision)
    {
        var buffer = new ArrayBufferWriter<byte>(FrameBytes);
        var live = snapshot.LiveAt(revision);

        LogCodec.WriteNumbers(buffer, LogCodec.Kind.StateHead, revision);
        WriteFrame(output, buffer);
        foreach (var lease in snapshot.Leases.All) LogCodec.Write(buffer, new LeaseGrantEntry(lease.Id, lease.Ttl));
        if (buffer.WrittenCount > 0) WriteFrame(output, buffer);
        foreach (var chunk in live.Chunk(256))
        {
            LogCodec.WriteNumbers(buffer, LogCodec.Kind.StateValues, chunk.Length);
            foreach (var version in chunk) LogCodec.WriteValue(buffer, version.Read());
            WriteFrame(output, buffer);
        }
        if (revision >= snapshot.History.First && revision <= snapshot.History.Last)
        {
            LogCodec.Write(buffer, new RevisionEntry(revision, [.. snapshot.EventsAt(revision)]));
            WriteFrame(output, buffer);
        }
        LogCodec.WriteNumbers(buffer, LogCodec.Kind.StateEnd, live.Count);
        WriteFrame(output, buffer);
    }

    private static void WriteFrame(Stream output, ArrayBufferWriter<byte> payload)
    {
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        Frame.WriteHeader(header, output.Position, payload.WrittenSpan);
        output.Write(header);
        output.Write(payload.WrittenSpan);
        output.Write(stackalloc byte[Frame.SizeOf(payload.WrittenCount) - Frame.HeaderSize - payload.WrittenCount]);
        payload.ResetWrittenCount();
    }

    private static MvccSnapshot Read(FrameReader reader)
    {
        var live = new List<KeyValue>();
        var (revision, events, leases) = (0L, Array.Empty<StoredEvent>(), LeaseTable.Empty);
        while (reader.TryRead(out var payload) == FrameEnd.Whole)
        {
            var input = new LogInput(payload);
            switch ((LogCodec.Kind)input.ReadByte())
            {
                case LogCodec.Kind.StateHead:
                    revision = input.ReadNumber();
                    break;
                case LogCodec.Kind.StateValues:
                    live.AddRange(input.ReadValues());
                    break;
                case LogCodec.Kind.Revision:
                    events = LogCodec.Read(payload).Cast<RevisionEntry>().Single().Events;
                    break;
                case LogCodec.Kind.LeaseGrant:
                    leases = LogCodec.Read(payload).Cast<LeaseGrantEntry>().Aggregate(leases, (table, grant) => table.With(grant.Id, grant.Ttl));
                    break;
                case LogCodec.Kind.StateEnd when input.ReadNumber() == live.Count:
                    return MvccSnapshot.Compacted(
                        revision, live.Select(value => new KeyVersion(value)), [.. events.Select(stored => stored.Version)], leases);
                default:
                    throw new InvalidDataException("a record is not one of a state file, or values are missing");
            }
        }
        throw new InvalidDataException("a record does not match its checksum, or the end is missing");
    }
}
