using System.Buffers;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>Log entries as bytes: a kind, then numbers as varints and values as length-prefixed mvccpb.KeyValue messages.</summary>
/// <remarks>
/// <code>
/// 1  revision  count  (value)*      a transaction; a value of version 0 is a deletion
/// 2  revision                       a compaction
/// 3  revision                       the state file's head: what follows was live at this revision
/// 4  count  (value)*                live values
/// 5  count                          the state file's end: so many live values in all
/// 6  id  ttl                        a lease granted
/// 7  id                             a lease ended
/// 8  alarm  0 or 1                  an alarm cleared or raised
/// 9  number  revision  length       the head of a segment, see SegmentHead
/// </code>
/// </remarks>
internal static class LogCodec
{
    /// <summary>The kinds of entries.</summary>
    internal enum Kind : byte
    {
        /// <summary>A transaction.</summary>
        Revision = 1,

        /// <summary>A compaction.</summary>
        Compaction = 2,

        /// <summary>Head of a state file.</summary>
        StateHead = 3,

        /// <summary>Values of a state file.</summary>
        StateValues = 4,

        /// <summary>End of a state file.</summary>
        StateEnd = 5,

        /// <summary>A lease granted.</summary>
        LeaseGrant = 6,

        /// <summary>A lease ended.</summary>
        LeaseRevoke = 7,

        /// <summary>An alarm raised or cleared.</summary>
        Alarm = 8,

        /// <summary>Head of a segment.</summary>
        SegmentHead = 9,
    }

    /// <summary>Appends the entry.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="home">The segment these bytes will stand in, which becomes the home of the entry's versions; null for none.</param>
    /// <param name="start">Where in that segment the first byte of <paramref name="output"/> will stand.</param>
    public static void Write(ArrayBufferWriter<byte> output, LogEntry entry, IVersionHome? home = null, long start = 0)
    {
        switch (entry)
        {
            case RevisionEntry { Revision: var revision, Events: var events }:
                WriteNumbers(output, Kind.Revision, revision, events.Length);
                foreach (var stored in events) WriteVersion(output, stored.Version, home, start);
                break;
            case CompactionEntry { Revision: var revision }:
                WriteNumbers(output, Kind.Compaction, revision);
                break;
            case LeaseGrantEntry { Id: var id, Ttl: var ttl }:
                WriteNumbers(output, Kind.LeaseGrant, id, ttl);
                break;
            case LeaseRevokeEntry { Id: var id }:
                WriteNumbers(output, Kind.LeaseRevoke, id);
                break;
            case AlarmEntry { Alarm: var alarm, IsRaised: var isRaised }:
                WriteNumbers(output, Kind.Alarm, (long)alarm, isRaised ? 1 : 0);
                break;
            default:
                throw new ArgumentException($"{entry.GetType().Name} is not a log entry.", nameof(entry));
        }
    }

    /// <summary>Reads every entry of a payload.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="home">The segment they stand in; null for none.</param>
    /// <param name="start">Where in that segment they begin.</param>
    /// <param name="inPlace">Whether keys and values may be the payload's own bytes, good only until it is written over. By default they are copies.</param>
    /// <exception cref="InvalidDataException">The bytes are not entries of this format.</exception>
    public static IEnumerable<LogEntry> Read(ReadOnlyMemory<byte> payload, IVersionHome? home = null, long start = 0, bool inPlace = false)
    {
        var input = new LogInput(payload, inPlace);
        while (!input.IsAtEnd)
        {
            yield return (Kind)input.ReadByte() switch
            {
                Kind.Revision => new RevisionEntry(input.ReadNumber(), input.ReadEvents(home, start)),
                Kind.Compaction => new CompactionEntry(input.ReadNumber()),
                Kind.LeaseGrant => new LeaseGrantEntry(input.ReadNumber(), input.ReadNumber()),
                Kind.LeaseRevoke => new LeaseRevokeEntry(input.ReadNumber()),
                Kind.Alarm => new AlarmEntry((AlarmType)input.ReadNumber(), input.ReadNumber() != 0),
                var other => throw new InvalidDataException($"unknown entry kind {(byte)other}: was this written by a later version?"),
            };
        }
    }

    /// <summary>Appends a kind and its numbers.</summary>
    public static void WriteNumbers(IBufferWriter<byte> output, Kind kind, params ReadOnlySpan<long> numbers)
    {
        output.Write([(byte)kind]);
        foreach (var number in numbers) WriteNumber(output, number);
    }

    /// <summary>Appends one value.</summary>
    public static void WriteValue(IBufferWriter<byte> output, KeyValue value) => WriteValue(output, value, out _);

    private static void WriteValue(IBufferWriter<byte> output, KeyValue value, out int size)
    {
        size = value.CalculateSize();
        WriteNumber(output, size);
        value.WriteTo(output.GetSpan(size)[..size]);
        output.Advance(size);
    }

    private static void WriteVersion(ArrayBufferWriter<byte> output, KeyVersion version, IVersionHome? home, long start)
    {
        WriteValue(output, version.Read(), out var size);
        if (home is null) return;
        var written = output.WrittenSpan[^size..];
        version.SetHome(home, new VersionPlace((int)(start + output.WrittenCount - size), size, Crc32C.Of(written)));
    }

    private static void WriteNumber(IBufferWriter<byte> output, long number)
    {
        var span = output.GetSpan(10);
        var (rest, length) = ((ulong)number, 0);
        while (rest >= 0x80)
        {
            span[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }
        span[length++] = (byte)rest;
        output.Advance(length);
    }
}
