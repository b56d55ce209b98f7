using System.Numerics;

namespace MiniK8s.Store.Mvcc;

/// <summary>The marks of one key's settled versions, oldest first, in two or three bytes each.</summary>
/// <remarks>
/// A mark is the revision that wrote the version, negative for a tombstone. Kept is how far each revision is from the one before, times two,
/// and one more for a tombstone, as a varint; the first counts from 0. So that looking one up decodes at most a block, where each block
/// after the first begins is kept too.
/// <code>
/// marks      2  4  -6  9  ...                     blocks of 64
/// bytes      4  4   5  6  ...  | ...              block 1: after revision 71, at byte 64
/// </code>
/// Never changes for who holds it; what <see cref="With"/> gives may share the arrays, and writes past the end of this one only. One writer.
/// </remarks>
internal readonly struct SettledMarks
{
    private const int BlockSize = 64;
    private const int BitsOfByte = 7;
    private const byte More = 1 << BitsOfByte;

    private readonly byte[] _bytes;
    private readonly Block[] _blocks;       // but the first
    private readonly int _end;              // of the bytes that are used

    private SettledMarks(byte[] bytes, int end, Block[] blocks, int count) => (_bytes, _end, _blocks, Count) = (bytes, end, blocks, count);

    /// <summary>No marks.</summary>
    public static SettledMarks None { get; } = new([], 0, [], 0);

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>One of them.</summary>
    public long this[int index]
    {
        get
        {
            var cursor = CursorAt(index / BlockSize);
            for (var left = index % BlockSize; left >= 0; left--) cursor.MoveNext();
            return cursor.Mark;
        }
    }

    /// <summary>The last whose revision is this one or one before it; -1 when there is none.</summary>
    public int LastAtOrBefore(long revision)
    {
        var (block, end) = (0, (Count + BlockSize - 1) / BlockSize);
        while (block + 1 < end)
        {
            var middle = (block + end) / 2;
            if (_blocks[middle - 1].Before <= revision) block = middle;
            else end = middle;
        }
        var (index, cursor) = (block * BlockSize, CursorAt(block));
        for (var last = int.Min(Count, index + BlockSize); index < last; index++)
        {
            cursor.MoveNext();
            if (cursor.Revision > revision) break;
        }
        return index - 1;
    }

    /// <summary>These and later ones. The writer only, once for the same marks.</summary>
    public SettledMarks With(ReadOnlySpan<long> marks)
    {
        var revision = Count > 0 ? long.Abs(this[Count - 1]) : 0;
        var (bytes, end) = (WithRoom(marks, revision), _end);
        var (blocks, count) = (_blocks, Count);
        foreach (var mark in marks)
        {
            if (count > 0 && count % BlockSize == 0) Put(ref blocks, (count / BlockSize) - 1, new Block(revision, end));
            for (var rest = Distance(revision, mark); ; rest >>= BitsOfByte)
            {
                bytes[end++] = (byte)(rest < More ? rest : rest | More);
                if (rest < More) break;
            }
            revision = long.Abs(mark);
            count++;
        }
        return new SettledMarks(bytes, end, blocks, count);
    }

    /// <summary>Those from one index up to, but not including, another, in arrays of their own.</summary>
    public SettledMarks Slice(int start, int end)
    {
        if (start >= end) return None;
        var marks = new long[end - start];
        var cursor = CursorAt(start / BlockSize);
        for (var index = start / BlockSize * BlockSize; index < end; index++)
        {
            cursor.MoveNext();
            if (index >= start) marks[index - start] = cursor.Mark;
        }
        return None.With(marks);
    }

    private Cursor CursorAt(int block) => block == 0 ? new Cursor(_bytes, 0, 0) : new Cursor(_bytes, _blocks[block - 1].Start, _blocks[block - 1].Before);

    // Exactly enough for the first; a quarter more later, so that each byte is moved a few times at most.
    private byte[] WithRoom(ReadOnlySpan<long> marks, long revision)
    {
        var needed = _end;
        foreach (var mark in marks)
        {
            needed += (BitOperations.Log2(Distance(revision, mark) | 1) / BitsOfByte) + 1;
            revision = long.Abs(mark);
        }
        var bytes = _bytes;
        if (needed > bytes.Length) Array.Resize(ref bytes, int.Max(needed, bytes.Length * 5 / 4));
        return bytes;
    }

    private static void Put(ref Block[] blocks, int index, Block block)
    {
        if (index >= blocks.Length) Array.Resize(ref blocks, int.Max(index + 1, blocks.Length * 3 / 2));
        blocks[index] = block;
    }

    private static ulong Distance(long revision, long mark) => ((ulong)(long.Abs(mark) - revision) << 1) | (mark < 0 ? 1u : 0u);

    /// <summary>Where a block begins.</summary>
    /// <param name="Before">The revision of the mark before it.</param>
    /// <param name="Start">Its first byte.</param>
    private readonly record struct Block(long Before, int Start);

    /// <summary>Decodes one mark after the other.</summary>
    private struct Cursor(byte[] bytes, int at, long revision)
    {
        private int _at = at;
        private bool _isTombstone;

        public long Revision { get; private set; } = revision;

        public readonly long Mark => _isTombstone ? -Revision : Revision;

        public void MoveNext()
        {
            ulong distance = 0;
            for (var shift = 0; ; shift += BitsOfByte)
            {
                var next = bytes[_at++];
                distance |= (ulong)(next & (More - 1)) << shift;
                if (next < More) break;
            }
            (Revision, _isTombstone) = (Revision + (long)(distance >> 1), (distance & 1) != 0);
        }
    }
}
