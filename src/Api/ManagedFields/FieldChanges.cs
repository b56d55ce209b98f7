namespace MiniK8s.Api.ManagedFields;

/// <summary>What a write does to the fields of an object.</summary>
/// <param name="Set">Fields that were added, or whose value is another one.</param>
/// <param name="Removed">Fields that are gone.</param>
internal sealed record FieldChanges(FieldSet Set, FieldSet Removed)
{
    public static readonly FieldChanges None = new(FieldSet.Empty, FieldSet.Empty);

    public bool Any => !Set.IsEmpty || !Removed.IsEmpty;
}
