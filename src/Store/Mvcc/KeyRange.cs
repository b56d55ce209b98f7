using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>The keys a request names: one key, a half-open interval, or everything from a key on.</summary>
/// <param name="Start">First key of the range; never empty in a checked request.</param>
/// <param name="End">Key just past the range; empty when <paramref name="Kind"/> is not <see cref="KeyRangeKind.Interval"/>.</param>
/// <param name="Kind">How <paramref name="End"/> is read.</param>
internal readonly record struct KeyRange(ByteString Start, ByteString End, KeyRangeKind Kind)
{
    /// <summary>etcd's encoding: an empty end means the one key, an end of one zero byte means every key from the start on.</summary>
    public static KeyRange From(ByteString key, ByteString rangeEnd) => rangeEnd switch
    {
        { Length: 0 } => new(key, ByteString.Empty, KeyRangeKind.Single),
        { Length: 1 } when rangeEnd[0] == 0 => new(key, ByteString.Empty, KeyRangeKind.FromStart),
        _ => new(key, rangeEnd, KeyRangeKind.Interval),
    };

    /// <summary>Just the one key.</summary>
    public static KeyRange Only(ByteString key) => new(key, ByteString.Empty, KeyRangeKind.Single);

    /// <summary>Whether the key lies in the range. An interval that ends at or before its start holds nothing.</summary>
    public bool Contains(ByteString key) => Kind switch
    {
        KeyRangeKind.Single => key.Equals(Start),
        KeyRangeKind.FromStart => Keys.Compare(key, Start) >= 0,
        _ => Keys.Compare(key, Start) >= 0 && Keys.Compare(key, End) < 0,
    };

    /// <summary>Whether the key lies past the last one the range can hold.</summary>
    public bool IsPast(ByteString key) => Kind switch
    {
        KeyRangeKind.Single => Keys.Compare(key, Start) > 0,
        KeyRangeKind.FromStart => false,
        _ => Keys.Compare(key, End) >= 0,
    };
}

/// <summary>The three shapes of a <see cref="KeyRange"/>.</summary>
internal enum KeyRangeKind
{
    /// <summary>The start key alone.</summary>
    Single,

    /// <summary>From the start up to, not including, the end.</summary>
    Interval,

    /// <summary>From the start to the end of the key space.</summary>
    FromStart,
}

/// <summary>The order of keys: byte by byte, unsigned, shorter first.</summary>
internal static class Keys
{
    /// <summary>Negative, zero or positive as <paramref name="a"/> sorts before, with or after <paramref name="b"/>.</summary>
    public static int Compare(ByteString a, ByteString b) => a.Span.SequenceCompareTo(b.Span);
}
