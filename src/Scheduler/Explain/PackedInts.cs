using System.Numerics;
using System.Runtime.InteropServices;

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
        if (_bits > 0) Fill(values);
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
            var bit = (ulong)index * (ulong)_bits;
            var (word, shift) = ((int)(bit / WordBits), (int)(bit % WordBits));
            var value = _words[word] >> shift;
            if (shift + _bits > WordBits) value |= _words[word + 1] << (WordBits - shift);
            return _least + (long)(value & (ulong.MaxValue >> (WordBits - _bits)));
        }
    }

    private static (long Least, long Most) Range(ReadOnlySpan<long> values)
    {
        if (values.IsEmpty) return (0, 0);
        var (leasts, mosts) = (new Vector<long>(values[0]), new Vector<long>(values[0]));
        var vectors = MemoryMarshal.Cast<long, Vector<long>>(values);
        foreach (var vector in vectors) (leasts, mosts) = (Vector.Min(leasts, vector), Vector.Max(mosts, vector));
        var (least, most) = (leasts[0], mosts[0]);
        for (var i = 1; i < Vector<long>.Count; i++) (least, most) = (long.Min(least, leasts[i]), long.Max(most, mosts[i]));
        foreach (var value in values[(vectors.Length * Vector<long>.Count)..]) (least, most) = (long.Min(least, value), long.Max(most, value));
        return (least, most);
    }

    private void Fill(ReadOnlySpan<long> values)
    {
        var (word, filled, next) = (0UL, 0, 0);
        foreach (var value in values)
        {
            var offset = (ulong)(value - _least);
            word |= offset << filled;
            filled += _bits;
            if (filled < WordBits) continue;
            _words[next++] = word;
            filled -= WordBits;
            word = filled == 0 ? 0 : offset >> (_bits - filled);     // what had no room
        }
        if (filled > 0) _words[next] = word;
    }
}
