using System.Numerics;
using System.Runtime.InteropServices;

namespace MiniK8s.Scheduler.Explain;

/// <summary>A row of whole numbers in as few bits each as their range needs, as many to a word as fit whole. Immutable.</summary>
/// <remarks>500 scores of 0 to 100 take 7 bits each, 448 bytes; 5,000 verdicts of three sorts take 2, 1,256 bytes; equal numbers take none.</remarks>
internal sealed class PackedInts
{
    private const int WordBits = 64;

    private readonly long _least;
    private readonly int _bits;     // of each, above the least
    private readonly int _perWord;
    private readonly ulong[] _words;

    public PackedInts(ReadOnlySpan<long> values)
        : this(values, Range(values))
    {
    }

    private PackedInts(ReadOnlySpan<long> values, (long Least, long Most) range)
    {
        Count = values.Length;
        _least = range.Least;
        _bits = WordBits - BitOperations.LeadingZeroCount((ulong)(range.Most - range.Least));
        _perWord = _bits == 0 ? 0 : WordBits / _bits;
        _words = _bits == 0 ? [] : new ulong[(Count + _perWord - 1) / _perWord];
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
            var (word, place) = int.DivRem(index, _perWord);
            return _least + (long)((_words[word] >> (place * _bits)) & (ulong.MaxValue >> (WordBits - _bits)));
        }
    }

    /// <summary>The values packed; <paramref name="last"/> itself where these are as many, all equal, and equal to those.</summary>
    public static PackedInts Of(ReadOnlySpan<long> values, PackedInts? last)
    {
        var range = Range(values);
        var isSame = last is { _bits: 0 } && range == (last._least, last._least) && values.Length == last.Count;
        return isSame ? last! : new PackedInts(values, range);
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
        for (var (word, from) = (0, 0); word < _words.Length; word++, from += _perWord)
        {
            var (filled, shift) = (0UL, 0);
            foreach (var value in values[from..int.Min(from + _perWord, Count)])
            {
                filled |= (ulong)(value - _least) << shift;
                shift += _bits;
            }
            _words[word] = filled;
        }
    }
}
