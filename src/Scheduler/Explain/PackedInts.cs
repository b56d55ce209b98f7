using System.Numerics;

namespace MiniK8s.Scheduler.Explain;

/// <summary>A row of whole numbers in as few bits each as their range needs. Immutable.</summary>
/// <remarks>500 scores of 0 to 100 take 7 bits each, 440 bytes; 5,000 verdicts of three sorts take 2, 1,250 bytes; equal numbers take none.</remarks>
internal sealed class PackedInts
{
    private const int WordBits = 64;

    private readonly long _least;
    private readonly int _bits;     // of each, above the least
    private readonly ulong[] _words;

    public PackedInts(ReadOnlySpan<long> values)
    {
        Count = values.Length;
        (_least, var most) = Range(values);
        _bits = WordBits - BitOperations.LeadingZeroCount((ulong)(most - _least));
        _words = _bits == 0 ? [] : new ulong[((long)Count * _bits + WordBits - 1) / WordBits];
        for (var i = 0; _bits > 0 && i < Count; i++) Put(i, (ulong)(values[i] - _least));
    }

    public int Count { get; }

    /// <summary>What it takes in memory, about.</summary>
    public int Bytes => 72 + _words.Length * sizeof(ulong);

    public long this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            if (_bits == 0) return _least;
            var (word, shift) = Place(index);
            var value = _words[word] >> shift;
            if (shift + _bits > WordBits) value |= _words[word + 1] << (WordBits - shift);
            return _least + (long)(value & (ulong.MaxValue >> (WordBits - _bits)));
        }
    }

    private static (long Least, long Most) Range(ReadOnlySpan<long> values)
    {
        if (values.IsEmpty) return (0, 0);
        var (least, most) = (values[0], values[0]);
        foreach (var value in values) (least, most) = (long.Min(least, value), long.Max(most, value));
        return (least, most);
    }

    private void Put(int index, ulong value)
    {
        var (word, shift) = Place(index);
        _words[word] |= value << shift;
        if (shift + _bits > WordBits) _words[word + 1] |= value >> (WordBits - shift);
    }

    private (int Word, int Shift) Place(int index)
    {
        var bit = (long)index * _bits;
        return ((int)(bit / WordBits), (int)(bit % WordBits));
    }
}
