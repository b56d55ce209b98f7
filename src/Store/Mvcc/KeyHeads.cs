using System.Buffers.Binary;

using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>What tells the sorted keys of one tree node apart, side by side in memory: what they begin with, and the next four bytes of each.</summary>
/// <remarks>
/// A search among whole keys waits for memory at every step; one among heads reads a few neighbouring lines, and only where
/// heads are equal need the keys be looked at (poor man's normalized keys: Graefe, "Modern B-Tree Techniques", 3.5).
/// <code>
/// keys      /registry/pods/a   /registry/pods/b   /registry/secrets/a
/// prefix    /registry/
/// heads     "pods"             "pods"             "secr"           as big-endian numbers, short ones filled up with zeros
/// </code>
/// Of two keys with the prefix the smaller never has the larger head. Immutable: a change makes a new one.
/// </remarks>
internal readonly struct KeyHeads
{
    private readonly byte[] _prefix;
    private readonly uint[] _heads;

    private KeyHeads(byte[] prefix, uint[] heads) => (_prefix, _heads) = (prefix, heads);

    /// <summary>Of no keys.</summary>
    public static KeyHeads None { get; } = new([], []);

    /// <summary>Of sorted items, each with its key.</summary>
    public static KeyHeads Of<T>(ReadOnlySpan<T> sorted, Func<T, ByteString> keyOf)
    {
        if (sorted.IsEmpty) return None;

        var first = keyOf(sorted[0]).Span;
        var prefix = first[..first.CommonPrefixLength(keyOf(sorted[^1]).Span)].ToArray();
        var heads = new uint[sorted.Length];
        for (var i = 0; i < heads.Length; i++) heads[i] = Head(keyOf(sorted[i]).Span[prefix.Length..]);
        return new KeyHeads(prefix, heads);
    }

    /// <summary>Where the key belongs: items before <c>Low</c> are smaller, items from <c>High</c> on are larger; those between must be compared.</summary>
    public (int Low, int High) Around(ReadOnlySpan<byte> key)
    {
        if (!key.StartsWith(_prefix))
        {
            var end = key.SequenceCompareTo(_prefix) < 0 ? 0 : _heads.Length;
            return (end, end);
        }

        var (head, heads) = (Head(key[_prefix.Length..]), _heads);
        var (low, high) = (0, heads.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (heads[middle] < head) low = middle + 1;
            else high = middle;
        }
        while (high < heads.Length && heads[high] == head) high++;
        return (low, high);
    }

    /// <summary>With one more key, which becomes the one at the index.</summary>
    public KeyHeads With(int index, ReadOnlySpan<byte> key)
    {
        if (_heads.Length == 0) return new KeyHeads(key.ToArray(), [0]);

        var shared = key.CommonPrefixLength(_prefix);
        var old = shared < _prefix.Length ? Shortened(shared) : this;
        return new KeyHeads(old._prefix, Arrays.With(old._heads, index, Head(key[shared..])));
    }

    /// <summary>Without the key at the index.</summary>
    public KeyHeads Without(int index) => new(_prefix, Arrays.Without(_heads, index));

    /// <summary>Of some of the items, in a row; <paramref name="part"/> are the items themselves.</summary>
    public KeyHeads Part<T>(int from, ReadOnlySpan<T> part, Func<T, ByteString> keyOf)
    {
        if (part.IsEmpty) return None;
        // Reading every key again costs more than heads that have little left to tell apart by: half of what they hold may be the same in all.
        var heads = _heads.AsSpan(from, part.Length);
        return heads[0] >> 16 == heads[^1] >> 16 ? Of(part, keyOf) : new KeyHeads(_prefix, heads.ToArray());
    }

    // What the prefix loses at its end the heads take up at their front, so the keys need not be read.
    private KeyHeads Shortened(int length)
    {
        var (lost, front) = (_prefix.Length - length, Head(_prefix.AsSpan(length)));
        var heads = (uint[])_heads.Clone();
        for (var i = 0; i < heads.Length; i++) heads[i] = lost < sizeof(uint) ? front | (heads[i] >> (lost * 8)) : front;
        return new KeyHeads(_prefix[..length], heads);
    }

    private static uint Head(ReadOnlySpan<byte> rest)
    {
        if (rest.Length >= sizeof(uint)) return BinaryPrimitives.ReadUInt32BigEndian(rest);

        var head = 0U;
        for (var i = 0; i < rest.Length; i++) head |= (uint)rest[i] << (24 - (i * 8));
        return head;
    }
}
