namespace MiniK8s.Scheduler.Framework;

/// <summary>The labels of a pod, node or namespace, side by side and hashed: made once, compared often. Immutable.</summary>
internal sealed class LabelSet
{
    public static readonly LabelSet Empty = new([]);

    private readonly (HashedText Key, HashedText Value)[] _labels;

    private LabelSet((HashedText, HashedText)[] labels) => _labels = labels;

    public static LabelSet Of(IReadOnlyCollection<KeyValuePair<string, string>> labels) =>
        labels.Count == 0 ? Empty : new([.. labels.Select(label => (new HashedText(label.Key), new HashedText(label.Value)))]);

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
}
