namespace MiniK8s.Api.ManagedFields;

/// <summary>Collects the entries of one level of a set, in any order.</summary>
internal sealed class FieldSetBuilder
{
    private readonly List<FieldEntry> _entries = [];
    private bool _isSorted = true;

    /// <summary>Adds a step; one that says nothing (no member, no children) is passed over.</summary>
    public void Add(PathElement element, bool isMember, FieldSet? children)
    {
        if (children is { IsEmpty: true }) children = null;
        if (!isMember && children is null) return;
        if (_entries.Count > 0 && _entries[^1].Element.CompareTo(element) >= 0) _isSorted = false;
        _entries.Add(new(element, isMember, children));
    }

    /// <summary>The set; steps added twice are joined.</summary>
    public FieldSet Build()
    {
        if (_entries.Count == 0) return FieldSet.Empty;
        if (_isSorted) return new([.. _entries]);

        _entries.Sort(static (a, b) => a.Element.CompareTo(b.Element));
        var joined = new List<FieldEntry>(_entries.Count);
        foreach (var entry in _entries)
        {
            if (joined.Count == 0 || joined[^1].Element.CompareTo(entry.Element) != 0) joined.Add(entry);
            else joined[^1] = new(entry.Element, joined[^1].IsMember || entry.IsMember, Union(joined[^1].Children, entry.Children));
        }
        return new([.. joined]);
    }

    private static FieldSet? Union(FieldSet? left, FieldSet? right) => left is null ? right : right is null ? left : left.Union(right);
}
