namespace MiniK8s.Api.ManagedFields;

/// <summary>A set of fields of one object, as a tree of path elements. Immutable; operations share what they do not change.</summary>
/// <remarks>
/// A field and the fields in it are members apart: a set may hold <c>.spec.replicas</c> and not <c>.spec</c>. So the difference of
/// <c>{.a, .a.b}</c> and <c>{.a}</c> is <c>{.a.b}</c>; <see cref="RecursiveDifference"/> takes what lies below along.
/// </remarks>
internal sealed class FieldSet : IEquatable<FieldSet>
{
    /// <summary>No field.</summary>
    public static readonly FieldSet Empty = new([]);

    // Sorted by element. Every entry is a member or has children, and children are never empty.
    private readonly FieldEntry[] _entries;

    internal FieldSet(FieldEntry[] sorted) => _entries = sorted;

    public bool IsEmpty => _entries.Length == 0;

    public ReadOnlySpan<FieldEntry> Entries => _entries;

    /// <summary>The set with one field; the fields on the way to it are no members.</summary>
    public static FieldSet Of(params ReadOnlySpan<PathElement> path)
    {
        if (path.IsEmpty) return Empty;
        FieldSet? inner = null;
        for (var i = path.Length - 1; i >= 0; i--) inner = new([new(path[i], IsMember: inner is null, inner)]);
        return inner!;
    }

    /// <summary>The fields in either.</summary>
    public FieldSet Union(FieldSet other) => Combine(Operation.Union, this, other) ?? Empty;

    /// <summary>The fields in both.</summary>
    public FieldSet Intersection(FieldSet other) => Combine(Operation.Intersection, this, other) ?? Empty;

    /// <summary>The fields here that are not in the other set. Gives back this very set when nothing goes.</summary>
    public FieldSet Difference(FieldSet other) => Combine(Operation.Difference, this, other) ?? Empty;

    /// <summary>The fields here that neither are in the other set nor lie below one that is.</summary>
    public FieldSet RecursiveDifference(FieldSet other) => Combine(Operation.RecursiveDifference, this, other) ?? Empty;

    /// <summary>The members with no fields below them.</summary>
    public FieldSet Leaves()
    {
        var leaves = new FieldSetBuilder();
        foreach (var entry in _entries) leaves.Add(entry.Element, entry.IsMember && entry.Children is null, entry.Children?.Leaves());
        return leaves.Build();
    }

    /// <summary>Whether a field is a member.</summary>
    public bool Contains(params ReadOnlySpan<PathElement> path)
    {
        var set = this;
        for (var i = 0; i < path.Length; i++)
        {
            if (set is null || !set.TryFind(path[i], out var entry)) return false;
            if (i == path.Length - 1) return entry.IsMember;
            set = entry.Children;
        }
        return false;
    }

    /// <summary>What the set says of a step.</summary>
    public bool TryFind(PathElement element, out FieldEntry entry)
    {
        var (low, high) = (0, _entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _entries[middle].Element.CompareTo(element);
            if (order == 0)
            {
                entry = _entries[middle];
                return true;
            }
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        entry = default;
        return false;
    }

    /// <summary>Every member as messages show it, those of one level before those below.</summary>
    public IEnumerable<string> Paths() => Paths("");

    public bool Equals(FieldSet? other) => ReferenceEquals(this, other) || (other is not null && _entries.AsSpan().SequenceEqual(other._entries));

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode() => _entries.Aggregate(_entries.Length, HashCode.Combine);

    public override string ToString() => string.Join('\n', Paths());

    private IEnumerable<string> Paths(string prefix)
    {
        foreach (var entry in _entries)
            if (entry.IsMember) yield return prefix + entry.Element;
        foreach (var entry in _entries)
            foreach (var path in entry.Children?.Paths(prefix + entry.Element) ?? []) yield return path;
    }

    private static FieldSet? Combine(Operation operation, FieldSet? left, FieldSet? right)
    {
        if (left is null) return operation == Operation.Union ? right : null;
        if (right is null) return operation == Operation.Intersection ? null : left;
        if (ReferenceEquals(left, right) && operation is Operation.Union or Operation.Intersection) return left;

        var (a, b) = (left._entries, right._entries);
        var result = new List<FieldEntry>(operation == Operation.Union ? a.Length + b.Length : a.Length);
        var (i, j) = (0, 0);
        while (i < a.Length || j < b.Length)
        {
            var order = i == a.Length ? 1 : j == b.Length ? -1 : a[i].Element.CompareTo(b[j].Element);
            if (order == 0)
            {
                var joined = Join(operation, a[i++], b[j++]);
                if (joined.IsMember || joined.Children is not null) result.Add(joined);
            }
            else if (order < 0)
            {
                if (operation != Operation.Intersection) result.Add(a[i]);
                i++;
            }
            else
            {
                if (operation == Operation.Union) result.Add(b[j]);
                j++;
            }
        }
        return Same(result, a) ? left : Same(result, b) ? right : result.Count == 0 ? null : new([.. result]);
    }

    private static FieldEntry Join(Operation operation, in FieldEntry left, in FieldEntry right) => operation switch
    {
        Operation.Union => new(left.Element, left.IsMember || right.IsMember, Combine(operation, left.Children, right.Children)),
        Operation.Intersection => new(left.Element, left.IsMember && right.IsMember, Combine(operation, left.Children, right.Children)),
        Operation.RecursiveDifference when right.IsMember => new(left.Element, false, null),
        _ => new(left.Element, left.IsMember && !right.IsMember, Combine(operation, left.Children, right.Children)),
    };

    private static bool Same(List<FieldEntry> result, FieldEntry[] source)
    {
        if (result.Count != source.Length || source.Length == 0) return false;
        for (var i = 0; i < source.Length; i++)
        {
            var (made, given) = (result[i], source[i]);
            if (made.IsMember != given.IsMember || !ReferenceEquals(made.Children, given.Children) || !made.Element.Equals(given.Element)) return false;
        }
        return true;
    }

    private enum Operation
    {
        Union,
        Intersection,
        Difference,
        RecursiveDifference,
    }
}

/// <summary>One step in a set: whether the field there is itself a member, and which fields below it are; null for none.</summary>
internal readonly record struct FieldEntry(PathElement Element, bool IsMember, FieldSet? Children);
