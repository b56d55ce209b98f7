using System.Text.Json;
using System.Text.Json.Nodes;

using MiniK8s.Api.Errors;

namespace MiniK8s.Api.ManagedFields;

/// <summary>What is wrong with a document that is to be applied, in the words of Kubernetes' structured merge.</summary>
/// <remarks>
/// <c>.spec.foo: field not declared in schema</c>, <c>.spec.containers[name="c"].image: expected string, got
/// &amp;value.valueUnstructured{Value:3}</c>; more than one as a list under <c>errors:</c>.
/// </remarks>
internal sealed class ConfigurationFaults
{
    private const int Most = 100;

    private readonly List<string> _faults = [];

    /// <summary>The faults as one text; null when there are none.</summary>
    public static string? Find(JsonNode document, FieldType type)
    {
        var found = new ConfigurationFaults();
        found.Check(document, type, "");
        return found._faults.Count switch
        {
            0 => null,
            1 => found._faults[0],
            _ => "errors:\n" + string.Join('\n', found._faults.Select(fault => "  " + fault)),
        };
    }

    private void Check(JsonNode? node, FieldType type, string path)
    {
        if (node is null || type.Shape == FieldShape.Any || _faults.Count >= Most) return;
        switch (type.Shape)
        {
            case FieldShape.Struct or FieldShape.Map when node is JsonObject map: CheckMembers(map, type, path); break;
            case FieldShape.Struct or FieldShape.Map: Add(path, $"expected map, got {Shown(node)}"); break;
            case FieldShape.List when node is JsonArray list: CheckItems(list, type, path); break;
            case FieldShape.List: Add(path, $"expected list, got {Shown(node)}"); break;
            default: CheckScalar(node, type.Scalar, path); break;
        }
    }

    private void CheckMembers(JsonObject map, FieldType type, string path)
    {
        foreach (var (name, value) in map)
        {
            var element = FieldsV1Codec.FieldElement(name);
            if (type.At(element) is { } inner) Check(value, inner, path + element);
            else Add(path + element, "field not declared in schema");
        }
    }

    private void CheckItems(JsonArray list, FieldType type, string path)
    {
        var seen = new HashSet<PathElement>();
        for (var i = 0; i < list.Count; i++)
        {
            PathElement? element;
            if (type.IsAtomic) element = PathElement.Index(i);
            else if (!ListItems.TryElementOf(list[i], type, out element, out var fault))
            {
                Add(path, $"element {i}: {fault}");
                return;
            }
            if (!seen.Add(element)) Add(path, $"duplicate entries for key {element}");
            Check(list[i], type.Element!, path + element);
        }
    }

    private void CheckScalar(JsonNode node, ScalarKind wanted, string path)
    {
        var kind = node.GetValueKind();
        var isNumber = kind == JsonValueKind.Number;
        var isBoolean = kind is JsonValueKind.True or JsonValueKind.False;
        switch (wanted)
        {
            case ScalarKind.Number when !isNumber: Add(path, $"expected numeric (int or float), got {GoTypeOf(kind)}"); break;
            case ScalarKind.String when kind != JsonValueKind.String: Add(path, $"expected string, got {Shown(node)}"); break;
            case ScalarKind.Boolean when !isBoolean: Add(path, $"expected boolean, got {Shown(node)}"); break;
            case ScalarKind.Untyped when !isNumber && !isBoolean && kind != JsonValueKind.String:
                Add(path, $"expected any scalar, got {Shown(node)}");
                break;
            default: break;
        }
    }

    private void Add(string path, string fault)
    {
        if (_faults.Count < Most) _faults.Add(path.Length == 0 ? fault : $"{path}: {fault}");
    }

    private static string Shown(JsonNode node) => $"&value.valueUnstructured{{Value:{Go(node)}}}";

    private static string Go(JsonNode? node) => node switch
    {
        null => "interface {}(nil)",
        JsonObject map => $"map[string]interface {{}}{{{string.Join(", ", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{GoText.Quote(p.Key)}:{Go(p.Value)}"))}}}",
        JsonArray list => $"[]interface {{}}{{{string.Join(", ", list.Select(Go))}}}",
        _ when node.GetValueKind() == JsonValueKind.String => GoText.Quote(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string GoTypeOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "[]interface {}",
        _ => "map[string]interface {}",
    };
}
