using System.Collections.Immutable;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Model;

/// <summary>The keys that exist at one revision, in order. Immutable; the next one shares almost all of it.</summary>
internal sealed class KeySpace
{
    private static readonly IComparer<KeyValue> ByKey = Comparer<KeyValue>.Create((a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span));
    private readonly ImmutableSortedSet<KeyValue> _values;

    private KeySpace(ImmutableSortedSet<KeyValue> values) => _values = values;

    /// <summary>No keys.</summary>
    public static KeySpace Empty { get; } = new(ImmutableSortedSet.Create(ByKey));

    /// <summary>Every value, in key order.</summary>
    public IEnumerable<KeyValue> Values => _values;

    /// <summary>What the key holds; null when it does not exist.</summary>
    public KeyValue? Get(ByteString key) => _values.TryGetValue(new KeyValue { Key = key }, out var found) ? found : null;

    /// <summary>What lies in the range, in key order.</summary>
    public List<KeyValue> In(ByteString key, ByteString end)
    {
        if (end.IsEmpty) return Get(key) is { } one ? [one] : [];
        var found = new List<KeyValue>();
        for (var i = FirstFrom(key); i < _values.Count && IsIn(_values[i].Key, key, end); i++) found.Add(_values[i]);
        return found;
    }

    /// <summary>After one change; version 0 is a deletion.</summary>
    public KeySpace With(KeyValue change)
    {
        var without = _values.Remove(change);
        return new(change.Version == 0 ? without : without.Add(change));
    }

    /// <summary>Whether a range holds the key; etcd's encoding: no end means the one key, an end of one zero byte all from the key on.</summary>
    public static bool IsIn(ByteString candidate, ByteString key, ByteString end)
    {
        if (end.IsEmpty) return candidate.Equals(key);
        if (candidate.Span.SequenceCompareTo(key.Span) < 0) return false;
        return end is [0] || candidate.Span.SequenceCompareTo(end.Span) < 0;
    }

    private int FirstFrom(ByteString key)
    {
        var index = _values.IndexOf(new KeyValue { Key = key });
        return index < 0 ? ~index : index;
    }
}
