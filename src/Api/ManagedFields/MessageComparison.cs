using System.Collections;

using Google.Protobuf;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Finds the fields by which two states of an object differ, without writing either as JSON.</summary>
/// <remarks>
/// A field is there when the object's JSON shows it. What is equal is passed over as a whole, so the price is that of the difference. A list's
/// item known by its keys is compared with the item of the same keys, wherever that stands; items whose keys occur twice are owned as one.
/// </remarks>
internal static class MessageComparison
{
    private static readonly IDictionary Nobody = new Hashtable();

    /// <summary>What changes from <paramref name="left"/> to <paramref name="right"/>, without the fields in <paramref name="ignored"/>.</summary>
    public static FieldChanges Compare(IMessage left, IMessage right, FieldSet ignored)
    {
        var outcome = Struct(left, right, FieldType.Of(right.Descriptor), ignored.IsEmpty ? null : ignored);
        return outcome.Set is null && outcome.Removed is null ? FieldChanges.None : new(outcome.Set ?? FieldSet.Empty, outcome.Removed ?? FieldSet.Empty);
    }

    private static Outcome Value(object? left, object? right, FieldType type, FieldSet? ignored = null)
    {
        if (left is null && right is null) return default;
        if (type.IsAtomic) return Leaf(left, right);
        return type.Shape switch
        {
            FieldShape.Struct => Struct(left, right, type, ignored),
            FieldShape.Map => Map(left, right, type),
            _ => List(left, right, type),
        };
    }

    private static Outcome Leaf(object? left, object? right) =>
        left is null ? new(Mark.Set) : right is null ? new(Mark.Removed) : MessageEquality.Same(left, right) ? default : new(Mark.Set);

    private static Mark MarkOf(object? left, object? right) => left is null ? Mark.Set : right is null ? Mark.Removed : Mark.None;

    private static Outcome Struct(object? left, object? right, FieldType type, FieldSet? ignored)
    {
        var (before, after) = (left as IMessage, right as IMessage);
        if (ReferenceEquals(before, after) && before is not null) return default;
        if (!type.Fields.MayHideZeros && before is not null && after is not null && before.Equals(after)) return default;

        var level = new Level();
        var isEmpty = true;
        foreach (var field in type.Fields.All)
        {
            FieldEntry ignoredHere = default;
            if (ignored is not null && ignored.TryFind(field.Element, out ignoredHere) && ignoredHere.IsMember) continue;
            var (was, isNow) = (before is null ? null : field.Get(before), after is null ? null : field.Get(after));
            if (was is null && isNow is null) continue;
            isEmpty = false;
            level.Put(field.Element, Value(was, isNow, field.Type, ignoredHere.Children));
        }
        return isEmpty ? new(MarkOf(left, right)) : level.Close(MarkOf(left, right));
    }

    private static Outcome Map(object? left, object? right, FieldType type)
    {
        var (before, after) = (left as IDictionary, right as IDictionary);
        if (before is not null && after is not null && before.Equals(after)) return default;

        var level = new Level();
        foreach (DictionaryEntry entry in after ?? Nobody) level.Put(Key(entry), Value(before?[entry.Key], entry.Value, type.Element!));
        foreach (DictionaryEntry entry in before ?? Nobody)
            if (after?[entry.Key] is null) level.Put(Key(entry), Value(entry.Value, null, type.Element!));
        return level.Close(MarkOf(left, right));
    }

    private static PathElement Key(DictionaryEntry entry) => FieldsV1Codec.FieldElement((string)entry.Key);

    private static Outcome List(object? left, object? right, FieldType type)
    {
        var (before, after) = (left as IList, right as IList);
        if (before is not null && after is not null && MessageEquality.Same(before, after)) return default;

        var level = new Level();
        var (old, now) = (Index(before, type), Index(after, type));
        foreach (var (element, items) in now) level.Put(element, Items(old.GetValueOrDefault(element), items, type.Element!));
        foreach (var (element, items) in old)
            if (!now.ContainsKey(element)) level.Put(element, Items(items, null, type.Element!));
        return level.Close(MarkOf(left, right));
    }

    private static Dictionary<PathElement, List<object>> Index(IList? list, FieldType type)
    {
        var index = new Dictionary<PathElement, List<object>>(list?.Count ?? 0);
        for (var i = 0; i < list?.Count; i++)
        {
            var element = ListItems.ElementOf(list[i]!, type);
            if (index.TryGetValue(element, out var same)) same.Add(list[i]!);
            else index.Add(element, [list[i]!]);
        }
        return index;
    }

    // Items that occur twice are owned by their element alone, without their fields.
    private static Outcome Items(List<object>? left, List<object>? right, FieldType item) => (left, right) switch
    {
        ({ Count: > 1 }, { Count: > 1 }) => left.SequenceEqual(right) ? default : new(Mark.Set),
        ({ Count: > 1 }, null) => new(Mark.Removed),
        ({ Count: > 1 }, _) => Value(null, right[0], item),
        (null, { Count: > 1 }) => new(Mark.Set),
        (_, { Count: > 1 }) => new(Mark.Set, null, Value(left[0], null, item).Removed),
        _ => Value(left?[0], right?[0], item),
    };

    private enum Mark : byte
    {
        None,
        Set,
        Removed,
    }

    /// <summary>What becomes of a value itself, and of the fields in it.</summary>
    private readonly record struct Outcome(Mark Self, FieldSet? Set = null, FieldSet? Removed = null);

    private struct Level
    {
        private FieldSetBuilder? _set;
        private FieldSetBuilder? _removed;

        public void Put(PathElement element, in Outcome outcome)
        {
            if (outcome.Self == Mark.Set || outcome.Set is not null) (_set ??= new()).Add(element, outcome.Self == Mark.Set, outcome.Set);
            if (outcome.Self == Mark.Removed || outcome.Removed is not null)
                (_removed ??= new()).Add(element, outcome.Self == Mark.Removed, outcome.Removed);
        }

        public readonly Outcome Close(Mark self) => new(self, _set?.Build(), _removed?.Build());
    }
}
