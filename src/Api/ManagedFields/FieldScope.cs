using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Which fields a write through one path of a kind can own: all but those that it cannot change, and those that the server sets.</summary>
public sealed class FieldScope
{
    // What every write says, or what only the server says, is nobody's.
    private static readonly string[] Unowned = ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion"];

    private static readonly FieldSet Strip = Unowned.Select(name => Path("metadata", name)).Append(Path("metadata")).Append(Path("apiVersion"))
        .Append(Path("kind")).Aggregate(FieldSet.Empty, (all, one) => all.Union(one));

    /// <summary>The scope of a kind and one of its subresources.</summary>
    /// <param name="subresource">"" for the object itself.</param>
    /// <param name="resetFields">Paths, such as <c>metadata.ownerReferences</c>, of what this way of writing leaves as it was.</param>
    public FieldScope(ApiKind kind, string subresource, IEnumerable<string> resetFields)
    {
        (Kind, Subresource, Type, Empty) = (kind, subresource, FieldType.Of(kind.Descriptor), kind.New());
        Reset = resetFields.Select(path => Path(path.Split('.'))).Aggregate(FieldSet.Empty, (all, one) => all.Union(one));
        Ignored = Reset.Union(Strip.Difference(Path("metadata")));
    }

    /// <summary>The kind.</summary>
    public ApiKind Kind { get; }

    /// <summary>"" for the object itself.</summary>
    public string Subresource { get; }

    /// <summary>The version of which conflicts speak; null is that of each manager's writes. A Scale is of another group than the object it is part of.</summary>
    internal string? ConflictVersion => Subresource == "scale" ? SubresourceKinds.Scale.ApiVersion : null;

    internal FieldType Type { get; }

    /// <summary>An object of the kind that holds nothing; only to be read.</summary>
    internal IApiObject Empty { get; }

    /// <summary>What this way of writing leaves as it was, with all below.</summary>
    internal FieldSet Reset { get; }

    /// <summary>What a comparison need not look at.</summary>
    internal FieldSet Ignored { get; }

    internal FieldManager Updater(string name) => new(name, IsApplier: false, Kind.ApiVersion, Subresource);

    internal FieldManager Applier(string name) => new(name, IsApplier: true, Kind.ApiVersion, Subresource);

    /// <summary>The fields of a set that can be owned.</summary>
    internal FieldSet Ownable(FieldSet fields) => fields.RecursiveDifference(Reset).Difference(Strip);

    private static FieldSet Path(params string[] names) => FieldSet.Of([.. names.Select(FieldsV1Codec.FieldElement)]);
}
