using System.Runtime.InteropServices;

using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend;

/// <summary>The one line about the whole, written in the same transaction as the rows it speaks of.</summary>
/// <param name="Revision">The newest revision in the rows; 1 before any.</param>
/// <param name="CompactRevision">The oldest readable revision; -1 before the first compaction.</param>
/// <param name="NewestRow">Id of the last row added; 0 before any.</param>
/// <param name="CompactRow">Id of the first row whose revision is the compact revision or a later one.</param>
/// <param name="Segment">The log segment that comes next. Those before it are settled.</param>
/// <param name="Offset">How far into that segment the rows go.</param>
/// <param name="Count">How many rows and items there are, so that it is noticed when one vanishes.</param>
/// <param name="Digest">The sum over the checksums of all of them, in whatever order, so that it is noticed when old ones come back.</param>
internal readonly record struct BackendMeta(
    long Revision, long CompactRevision, long NewestRow, long CompactRow, long Segment, long Offset, long Count, long Digest)
{
    /// <summary>The number of the layout described here. A file with another number is refused.</summary>
    public const long Format = 1;

    private static readonly string[] _names = ["format", "revision", "compact_revision", "newest_row", "compact_row", "segment", "offset", "rows", "digest"];

    /// <summary>What a new, empty backend holds.</summary>
    public static BackendMeta Empty { get; } = new(1, -1, 0, 1, 1, 0, 0, 0);

    /// <summary>The names of the numbers, as columns or fields.</summary>
    public static ReadOnlySpan<string> Names => _names;

    /// <summary>The numbers in the order of <see cref="Names"/>.</summary>
    public long[] ToNumbers() => [Format, Revision, CompactRevision, NewestRow, CompactRow, Segment, Offset, Count, Digest];

    /// <summary>The checksum over the numbers.</summary>
    public uint Checksum() => Crc32C.Of(MemoryMarshal.AsBytes<long>(ToNumbers()));

    /// <summary>The line with these numbers.</summary>
    /// <exception cref="InvalidDataException">They do not match the checksum, or are of another format.</exception>
    public static BackendMeta FromNumbers(ReadOnlySpan<long> numbers, uint checksum)
    {
        if (Crc32C.Of(MemoryMarshal.AsBytes(numbers)) != checksum) throw new InvalidDataException("the line about the whole does not match its checksum");
        if (numbers[0] != Format) throw new InvalidDataException($"its format is {numbers[0]}, this store reads {Format}: was it written by a later version?");
        return new BackendMeta(numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]);
    }

    /// <summary>The line after something with this checksum was added.</summary>
    public BackendMeta With(uint checksum) => this with { Count = Count + 1, Digest = unchecked(Digest + Spread(checksum)) };

    /// <summary>The line after something with this checksum was removed.</summary>
    public BackendMeta Without(uint checksum) => this with { Count = Count - 1, Digest = unchecked(Digest - Spread(checksum)) };

    private static long Spread(uint checksum) => unchecked((long)(checksum * 0x9E3779B97F4A7C15));
}
