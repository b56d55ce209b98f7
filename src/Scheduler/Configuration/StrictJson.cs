using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Hosting.Flags;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>Reads documents as records, and refuses what the records do not have, in the words of Kubernetes' strict decoder and all at once.</summary>
/// <remarks>
/// Names match by case; null is the same as nothing. API objects inside a document (a NodeAffinity) are read by their own codec. Durations
/// are text such as <c>15s</c>, enumerations text by name. Source of the words: sigs.k8s.io/json and k8s.io/apimachinery/pkg/runtime/error.go.
/// </remarks>
internal static class StrictJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new DurationConverter(), new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false), new MessageConverterFactory() },
    };

    /// <summary>Notes every field of the document that is not one of the type's, or is of another type.</summary>
    /// <param name="document">Any JSON.</param>
    /// <param name="type">A record.</param>
    /// <param name="unknown">Receives <c>unknown field "profiles[0].x"</c>.</param>
    /// <param name="mismatches">Receives the other faults; with any, the document cannot be read.</param>
    public static void Check(JsonElement document, Type type, ICollection<string> unknown, ICollection<string> mismatches) =>
        new Checker(unknown, mismatches).Check(document, type, "");

    /// <summary>The document as a record; <see cref="Check"/> must have found no mismatch. Unknown fields are left out.</summary>
    public static object Read(JsonElement document, Type type) => WithoutNulls(JsonNode.Parse(document.GetRawText()))!.Deserialize(Lenient.GetTypeInfo(type))!;

    // Unknown fields have been told of by now.
    private static JsonSerializerOptions Lenient { get; } = new(Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private static JsonNode? WithoutNulls(JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                if (value is null) fields.Remove(name);
                else WithoutNulls(value);
            }
        }
        foreach (var item in node as JsonArray ?? []) WithoutNulls(item);
        return node;
    }

    private sealed class Checker(ICollection<string> unknown, ICollection<string> mismatches)
    {
        public void Check(JsonElement value, Type type, string path)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (value.ValueKind == JsonValueKind.Null || type == typeof(JsonElement)) return;
            if (type.IsAssignableTo(typeof(IMessage))) CheckMessage(value, type, path);
            else if (type == typeof(TimeSpan)) CheckDuration(value, path);
            else if (type.IsEnum) CheckEnum(value, type, path);
            else CheckInfo(value, Options.GetTypeInfo(type), path);
        }

        private void CheckInfo(JsonElement value, JsonTypeInfo info, string path)
        {
            switch (info.Kind)
            {
                case JsonTypeInfoKind.Object when Is(value, JsonValueKind.Object, info.Type.Name, path):
                    foreach (var field in value.EnumerateObject()) CheckField(field, info, path);
                    break;
                case JsonTypeInfoKind.Dictionary when Is(value, JsonValueKind.Object, "map", path):
                    foreach (var field in value.EnumerateObject()) Check(field.Value, info.ElementType!, Child(path, field.Name));
                    break;
                case JsonTypeInfoKind.Enumerable when Is(value, JsonValueKind.Array, "[]" + GoName(info.ElementType!), path):
                    var index = 0;
                    foreach (var item in value.EnumerateArray()) Check(item, info.ElementType!, $"{path}[{index++}]");
                    break;
                case JsonTypeInfoKind.None when !IsScalar(value, info.Type):
                    Mismatch(value, GoName(info.Type), path);
                    break;
            }
        }

        private void CheckField(JsonProperty field, JsonTypeInfo info, string path)
        {
            foreach (var property in info.Properties)
            {
                if (property.Name != field.Name) continue;
                Check(field.Value, property.PropertyType, Child(path, field.Name));
                return;
            }
            unknown.Add($"unknown field {GoText.Quote(Child(path, field.Name))}");
        }

        private void CheckMessage(JsonElement value, Type type, string path)
        {
            try
            {
                foreach (var fault in Decode(value.GetRawText(), type).StrictErrors) unknown.Add(fault.Replace("field \"", $"field \"{path}.", StringComparison.Ordinal));
            }
            catch (CodecException ex)
            {
                mismatches.Add($"{path}: {ex.Message}");
            }
        }

        private void CheckDuration(JsonElement value, string path)
        {
            if (!Is(value, JsonValueKind.String, "string", path)) return;
            try
            {
                Duration.Parse(value.GetString()!);
            }
            catch (FormatException)
            {
                mismatches.Add($"{path}: time: invalid duration {GoText.Quote(value.GetString()!)}");
            }
        }

        private void CheckEnum(JsonElement value, Type type, string path)
        {
            if (!Is(value, JsonValueKind.String, "string", path) || Enum.GetNames(type).Contains(value.GetString())) return;
            mismatches.Add(FieldError.NotSupported(FieldPath.Of(path), value.GetString(), Enum.GetNames(type)).ToString());
        }

        private bool Is(JsonElement value, JsonValueKind kind, string goName, string path)
        {
            if (value.ValueKind == kind) return true;
            Mismatch(value, goName, path);
            return false;
        }

        private void Mismatch(JsonElement value, string goName, string path) => mismatches.Add(
            $"{(path.Length == 0 ? "" : path + ": ")}json: cannot unmarshal {Describe(value, goName)} into Go value of type {goName}");

        private static bool IsScalar(JsonElement value, Type type) => value.ValueKind switch
        {
            JsonValueKind.String => type == typeof(string),
            JsonValueKind.True or JsonValueKind.False => type == typeof(bool),
            JsonValueKind.Number => (type == typeof(int) && value.TryGetInt32(out _)) || (type == typeof(long) && value.TryGetInt64(out _)) || type == typeof(float),
            _ => false,
        };

        private static string Describe(JsonElement value, string goName) => value.ValueKind switch
        {
            JsonValueKind.Number when goName.StartsWith("int", StringComparison.Ordinal) => "number " + value.GetRawText(),
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => value.ValueKind.ToString().ToLowerInvariant(),
        };

        private static string GoName(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name switch
        {
            nameof(Int32) => "int32",
            nameof(Int64) => "int64",
            nameof(Single) => "float32",
            nameof(Boolean) => "bool",
            nameof(String) => "string",
            var name => name,
        };

        private static string Child(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
    }

    private static Decoded Decode(string json, Type type) =>
        JsonCodec.Decode(System.Text.Encoding.UTF8.GetBytes(json), ((IMessage)Activator.CreateInstance(type)!).Descriptor);

    private sealed class DurationConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Duration.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    private sealed class MessageConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsAssignableTo(typeof(IMessage));

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(MessageConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class MessageConverter<T> : JsonConverter<T>
        where T : IMessage
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return (T)Decode(document.RootElement.GetRawText(), typeToConvert).Message;
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
