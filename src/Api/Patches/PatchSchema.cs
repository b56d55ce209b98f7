using System.Collections.Concurrent;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Patches;

/// <summary>How a field takes part in a strategic merge.</summary>
internal sealed record PatchField(string MergeKey, bool IsMerged, bool IsReplaced, PatchSchema Schema)
{
    /// <summary>A field nobody declared.</summary>
    public static readonly PatchField Unknown = new("", IsMerged: false, IsReplaced: false, PatchSchema.None);
}

/// <summary>What the <c>minik8s.field</c> options of a message say about merging, by JSON name.</summary>
internal sealed class PatchSchema
{
    public static readonly PatchSchema None = new(null);

    private static readonly ConcurrentDictionary<MessageDescriptor, PatchSchema> Schemas = new();

    private readonly Dictionary<string, FieldDescriptor> _fields = new(StringComparer.Ordinal);

    private PatchSchema(MessageDescriptor? type)
    {
        Name = type?.Name ?? "";
        foreach (var field in type?.Fields.InDeclarationOrder() ?? [])
        {
            if (!field.Options().Inline) _fields[field.JsonName] = field;
            else if (field.FieldType == FieldType.Message) foreach (var inner in field.MessageType.Fields.InDeclarationOrder()) _fields[inner.JsonName] = inner;
        }
    }

    public string Name { get; }

    public static PatchSchema Of(MessageDescriptor type) => Schemas.GetOrAdd(type, static t => new(t));

    public PatchField Field(string jsonName)
    {
        if (!_fields.TryGetValue(jsonName, out var field)) return PatchField.Unknown;
        var options = field.Options();
        var schema = field is { FieldType: FieldType.Message, IsMap: false } ? Of(field.MessageType) : None;
        return new(options.PatchMergeKey, options.PatchStrategy.Contains("merge"), options.PatchStrategy.Contains("replace"), schema);
    }
}
