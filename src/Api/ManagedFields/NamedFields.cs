namespace MiniK8s.Api.ManagedFields;

/// <summary>Makes members of the structs that a set only passes through.</summary>
/// <remarks>Nobody owns <c>.securityContext</c> who owns <c>.securityContext.runAsUser</c>; for finding out what is to go, it counts.</remarks>
internal static class NamedFields
{
    /// <summary>The set with the declared fields on the way to its members.</summary>
    public static FieldSet WithNamedFields(this FieldSet set, FieldType type)
    {
        var result = new FieldSetBuilder();
        foreach (var entry in set.Entries)
        {
            var inner = type.At(entry.Element);
            var isNamed = entry.Children is not null && type.Shape == FieldShape.Struct && inner is not null;
            result.Add(entry.Element, entry.IsMember || isNamed, inner is null ? entry.Children : entry.Children?.WithNamedFields(inner));
        }
        return result.Build();
    }
}
