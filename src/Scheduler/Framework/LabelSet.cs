namespace MiniK8s.Scheduler.Framework;

/// <summary>The labels of a pod, node or namespace, side by side and hashed: made once, compared often. Immutable; equal when the labels are.</summary>
internal sealed class LabelSet : IEquatable<LabelSet>
{
    public static readonly LabelSet Empty = new([]);

    private readonly (HashedText Key, HashedText Value)[] _labels;

    private LabelSet((HashedText, HashedText)[] labels) => _labels = labels;

    public static LabelSet Of(IReadOnlyCollection<KeyValuePair<string, string>> labels) =>
        labels.Count == 0 ? Empty : new([.. labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => (new HashedText(label.Key), new HashedText(label.Value)))]);

    public bool Has(HashedText key) => TryFind(key, out _);

    /// <summary>The value of that key, if there is one. A walk over all keys: objects have few, and they stand side by side.</summary>
    public bool TryFind(HashedText key, out HashedText value)
    {
        foreach (ref readonly var label in _labels.AsSpan())
        {
            if (label.Key != key) continue;
            value = label.Value;
            return true;
        }
        value = default;
        return false;
    }

    public bool Equals(LabelSet? other) => other is not null && _labels.AsSpan().SequenceEqual(other._labels);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _labels)
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }
}
