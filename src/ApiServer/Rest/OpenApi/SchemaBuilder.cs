using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Runtime;

using TypeMeta = MiniK8s.Api.Objects.TypeMeta;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>Collects the schemas that a document's kinds need, each named type once.</summary>
internal sealed class SchemaBuilder(Func<IDescriptor, string> describe)
{
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);
    private readonly Queue<MessageDescriptor> _pending = new();

    /// <summary>A reference to the message's schema, which will be among <see cref="Build"/>'s.</summary>
    public JsonObject Reference(MessageDescriptor message)
    {
        var name = SchemaNames.Of(message);
        if (_schemas.TryAdd(name, [])) _pending.Enqueue(message);
        return Reference(name);
    }

    /// <summary>Every schema referred to, and those they refer to, by name.</summary>
    public JsonObject Build()
    {
        while (_pending.TryDequeue(out var message)) Fill(_schemas[SchemaNames.Of(message)], message);
        return new(_schemas.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
    }

    private void Fill(JsonObject schema, MessageDescriptor message)
    {
        Describe(schema, describe(message));
        schema["type"] = "object";
        if (message == RawExtension.Descriptor || message.Fields.InDeclarationOrder().All(field => field.IsHidden())) return;

        var fields = Fields(message).OrderBy(field => field.JsonName, StringComparer.Ordinal).ToArray();
        string[] required = [.. fields.Where(field => field.Options().Required).Select(field => field.JsonName)];
        if (required.Length > 0) schema["required"] = Strings(required);
        schema["properties"] = Properties(message, fields);
        if (message.GetOptions()?.GetExtension(Protocol.Options.OptionsExtensions.Atomic) == true) schema["x-kubernetes-map-type"] = "atomic";
        if (ApiTypes.TryGetTypeMeta(message, out var type)) schema["x-kubernetes-group-version-kind"] = new JsonArray(Gvk(type));
    }

    private JsonObject Properties(MessageDescriptor message, IEnumerable<FieldDescriptor> fields)
    {
        var properties = new JsonObject();
        if (ApiTypes.TryGetTypeMeta(message, out _))
        {
            properties["apiVersion"] = Text("The version of the API this object is written in: group/version, or only the version for the core group.");
            properties["kind"] = Text("The object's kind, in CamelCase. It is told by the endpoint a request is sent to and cannot be changed.");
        }
        foreach (var field in fields) properties[field.JsonName] = Property(field);
        return properties;
    }

    // Go's embedded structs: their fields stand in the parent.
    private static IEnumerable<FieldDescriptor> Fields(MessageDescriptor message) =>
        message.Fields.InDeclarationOrder().Where(field => !field.IsHidden()).SelectMany(field =>
            field is { FieldType: FieldType.Message, IsRepeated: false } && field.Options().Inline ? Fields(field.MessageType) : [field]);

    private JsonObject Property(FieldDescriptor field)
    {
        var property = field.IsMap ? Map(field)
            : field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = Item(field) }
            : Item(field);
        Describe(property, describe(field));
        Extend(property, field.Options());
        return property;
    }

    private JsonObject Map(FieldDescriptor field) =>
        new() { ["type"] = "object", ["additionalProperties"] = Item(field.MessageType.FindFieldByNumber(2)) };

    // A reference may have no siblings in OpenAPI 3.0, hence the allOf around it.
    private JsonObject Item(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => new() { ["type"] = "string" },
        FieldType.Bytes => new() { ["type"] = "string", ["format"] = "byte" },
        FieldType.Bool => new() { ["type"] = "boolean" },
        FieldType.Int32 => new() { ["type"] = "integer", ["format"] = "int32" },
        FieldType.Int64 => new() { ["type"] = "integer", ["format"] = "int64" },
        FieldType.Double => new() { ["type"] = "number", ["format"] = "double" },
        FieldType.Message => new() { ["allOf"] = new JsonArray(MessageReference(field)) },
        _ => throw new NotSupportedException($"{field.FullName} has the type {field.FieldType}, which no API type uses."),
    };

    private JsonObject MessageReference(FieldDescriptor field) =>
        field.IsTime() ? Scalar(
            field.Options().MicroTime ? SchemaNames.MicroTime : SchemaNames.Time,
            "A moment as RFC 3339 writes it.", new() { ["type"] = "string", ["format"] = "date-time" })
        : field.IsQuantity() ? Scalar(
            SchemaNames.Quantity, "An amount as a fixed-point number with a suffix, such as 500m, 2 or 64Mi.", OneOf("string", "number"))
        : field.IsIntOrString() ? Scalar(
            SchemaNames.IntOrString, "An integer or a string, for example a port's number or name.", OneOf("integer", "string", "int-or-string"))
        : Reference(field.MessageType);

    private JsonObject Scalar(string name, string description, JsonObject schema)
    {
        Describe(schema, description);
        _schemas.TryAdd(name, schema);
        return Reference(name);
    }

    private static void Extend(JsonObject property, Protocol.Options.ApiFieldOptions options)
    {
        if (options.ListType.Length > 0)
        {
            var isList = property["type"]?.GetValue<string>() == "array";
            property[isList ? "x-kubernetes-list-type" : "x-kubernetes-map-type"] = options.ListType;
        }
        if (options.ListMapKeys.Count > 0) property["x-kubernetes-list-map-keys"] = Strings(options.ListMapKeys);
        if (options.PatchStrategy.Count > 0) property["x-kubernetes-patch-strategy"] = string.Join(',', options.PatchStrategy);
        if (options.DefaultValue.Length > 0) property["default"] = options.DefaultValue;
        if (options.AllowedValues.Count > 0) (property["items"] as JsonObject ?? property)["enum"] = Strings(options.AllowedValues);
        if (options.PatchMergeKey.Length > 0) property["x-kubernetes-patch-merge-key"] = options.PatchMergeKey;
    }

    internal static JsonObject Gvk(TypeMeta type) =>
        new() { ["group"] = type.Group, ["kind"] = type.Kind, ["version"] = type.Version };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = "string" };

    private static JsonObject OneOf(string first, string second, string? format = null)
    {
        var schema = new JsonObject
        {
            ["oneOf"] = new JsonArray(new JsonObject { ["type"] = first }, new JsonObject { ["type"] = second }),
        };
        if (format is not null) schema["format"] = format;
        return schema;
    }

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];

    private static void Describe(JsonObject schema, string description)
    {
        if (description.Length > 0) schema["description"] = description;
    }
}
