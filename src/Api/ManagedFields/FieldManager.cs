using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Who owns fields: a client by name, by what it did, and through which subresource.</summary>
/// <param name="Name">fieldManager, or the beginning of the User-Agent.</param>
/// <param name="IsApplier">It applied; otherwise it created, updated or patched.</param>
/// <param name="ApiVersion">Of the objects it wrote. An applier is the same one in every version.</param>
/// <param name="Subresource">"" for the object itself.</param>
internal sealed record FieldManager(string Name, bool IsApplier, string ApiVersion, string Subresource)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public bool Equals(FieldManager? other) =>
        other is not null && Name == other.Name && IsApplier == other.IsApplier && Subresource == other.Subresource
        && (IsApplier || ApiVersion == other.ApiVersion);

    public override int GetHashCode() => HashCode.Combine(Name, IsApplier, Subresource);

    /// <summary>The order in which conflicts name managers.</summary>
    public static int Compare(FieldManager left, FieldManager right)
    {
        var order = string.CompareOrdinal(left.Name, right.Name);
        if (order == 0) order = right.IsApplier.CompareTo(left.IsApplier);
        if (order == 0) order = string.CompareOrdinal(left.ApiVersion, right.ApiVersion);
        return order == 0 ? string.CompareOrdinal(left.Subresource, right.Subresource) : order;
    }

    /// <summary>As conflicts name it: <c>"kubectl-edit" using v1</c>, <c>"kubelet" with subresource "status" using v1</c>.</summary>
    public override string ToString()
    {
        var name = Errors.GoText.Quote(Name);
        if (Subresource.Length > 0) name += $" with subresource {Errors.GoText.Quote(Subresource)}";
        return IsApplier ? name : $"{name} using {ApiVersion}";
    }
}

/// <summary>A manager, its fields, and when it last set one.</summary>
/// <param name="Stored">The fields as they are stored; null when they have changed.</param>
internal sealed record ManagedEntry(FieldManager Manager, FieldSet Fields, Timestamp? Time, ByteString? Stored)
{
    private const string FieldsType = "FieldsV1";

    /// <summary>The entry with other fields; the very same set keeps its stored form.</summary>
    public ManagedEntry With(FieldSet fields) => ReferenceEquals(fields, Fields) ? this : this with { Fields = fields, Stored = null };

    /// <summary>Reads an entry of metadata.managedFields.</summary>
    /// <exception cref="CodecException">It is none: unknown operation or format, no apiVersion, malformed fields.</exception>
    public static ManagedEntry Read(ManagedFieldsEntry entry)
    {
        if (entry.Operation is not (FieldManager.Apply or FieldManager.Update)) throw new CodecException("operation must be `Apply` or `Update`");
        if (entry.ApiVersion.Length == 0) throw new CodecException("apiVersion must not be empty");
        if (entry.FieldsType != FieldsType) throw new CodecException($"invalid fieldsType {Errors.GoText.Quote(entry.FieldsType)} in managed fields entry");
        var manager = new FieldManager(entry.Manager, entry.Operation == FieldManager.Apply, entry.ApiVersion, entry.Subresource);
        var stored = entry.FieldsV1?.Raw ?? ByteString.Empty;
        return new(manager, FieldsV1Codec.Decode(stored), entry.Time, stored);
    }

    public ManagedFieldsEntry Write() => new()
    {
        Manager = Manager.Name,
        Operation = Manager.IsApplier ? FieldManager.Apply : FieldManager.Update,
        ApiVersion = Manager.ApiVersion,
        Subresource = Manager.Subresource,
        Time = Time,
        FieldsType = FieldsType,
        FieldsV1 = new FieldsV1 { Raw = Stored ?? FieldsV1Codec.Encode(Fields) },
    };
}
