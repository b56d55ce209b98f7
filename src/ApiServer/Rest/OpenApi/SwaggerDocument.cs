using System.Text.Json.Nodes;

using MiniK8s.ApiServer.Rest.Discovery;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The version 2 document: what the version 3 documents say, in one, and in the words of version 2.</summary>
/// <remarks>
/// version 3                                     | version 2
/// ----------------------------------------------+------------------------------------------
/// components.schemas                            | definitions
/// allOf with one $ref                           | $ref, with the description beside it
/// oneOf (Quantity, IntOrString)                 | type string
/// a parameter's schema                          | its type in the parameter itself
/// requestBody                                   | a parameter in the body, and consumes
/// content of a response                         | schema, and produces
/// </remarks>
internal static class SwaggerDocument
{
    private const string References = "#/components/schemas/";

    /// <summary>The document of all group versions.</summary>
    public static JsonObject Of(IEnumerable<JsonObject> documents)
    {
        var (paths, definitions) = (new SortedDictionary<string, JsonObject>(StringComparer.Ordinal), new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));
        foreach (var document in documents)
        {
            foreach (var (path, item) in document["paths"]!.AsObject()) paths[path] = PathItem(item!.AsObject());
            // A type that several group versions use is the same in all of them.
            foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject()) definitions.TryAdd(name, Schema(schema!.AsObject()));
        }
        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = ServerVersion.GitVersion },
            ["paths"] = Sorted(paths),
            ["definitions"] = Sorted(definitions),
        };
    }

    private static JsonObject PathItem(JsonObject item) =>
        new(item.Select(part => KeyValuePair.Create(
            part.Key, (JsonNode?)(part.Value is JsonArray parameters ? Parameters(parameters) : Operation(part.Value!.AsObject())))));

    private static JsonObject Operation(JsonObject operation)
    {
        var result = new JsonObject { ["description"] = operation["description"]!.DeepClone(), ["operationId"] = operation["operationId"]!.DeepClone() };
        var parameters = Parameters(operation["parameters"]!.AsArray());
        if (operation["requestBody"] is JsonObject body)
        {
            result["consumes"] = Types(body);
            parameters.Add(new JsonObject
            {
                ["in"] = "body", ["name"] = "body", ["required"] = body["required"]?.DeepClone() ?? false, ["schema"] = ContentOf(body),
            });
        }
        var responses = operation["responses"]!.AsObject();
        if (responses["200"] is JsonObject ok) result["produces"] = Types(ok);
        result["parameters"] = parameters;
        result["responses"] = new JsonObject(responses.Select(response => KeyValuePair.Create(response.Key, (JsonNode?)Response(response.Value!.AsObject()))));
        foreach (var (name, value) in operation.Where(member => IsExtension(member.Key))) result[name] = value!.DeepClone();
        return result;
    }

    private static JsonArray Parameters(JsonArray parameters) => [.. parameters.Select(each => (JsonNode)Parameter(each!.AsObject()))];

    private static JsonObject Parameter(JsonObject parameter)
    {
        var result = new JsonObject(parameter.Where(member => member.Key != "schema").Select(Cloned));
        foreach (var (name, value) in parameter["schema"]!.AsObject()) result[name] = value!.DeepClone();
        return result;
    }

    private static JsonObject Response(JsonObject response)
    {
        var result = new JsonObject { ["description"] = response["description"]!.DeepClone() };
        if (response.ContainsKey("content")) result["schema"] = ContentOf(response);
        return result;
    }

    // The same schema stands under every media type.
    private static JsonObject ContentOf(JsonObject holder) => Schema(holder["content"]!.AsObject().First().Value!["schema"]!.AsObject());

    private static JsonArray Types(JsonObject holder) =>
        [.. (holder["content"] as JsonObject ?? []).Select(content => (JsonNode)content.Key)];

    private static JsonObject Schema(JsonObject schema)
    {
        var result = new JsonObject();
        foreach (var (name, value) in schema)
        {
            switch (name)
            {
                case "$ref": result["$ref"] = Reference(value!); break;
                case "allOf": result["$ref"] = Reference(value![0]!["$ref"]!); break;
                case "oneOf": result["type"] = "string"; break;
                case "items" or "additionalProperties": result[name] = Schema(value!.AsObject()); break;
                case "properties":
                    result[name] = new JsonObject(value!.AsObject().Select(each => KeyValuePair.Create(each.Key, (JsonNode?)Schema(each.Value!.AsObject()))));
                    break;
                default: result[name] = value!.DeepClone(); break;
            }
        }
        return result;
    }

    private static string Reference(JsonNode reference) => "#/definitions/" + reference.GetValue<string>()[References.Length..];

    private static bool IsExtension(string name) => name.StartsWith("x-", StringComparison.Ordinal);

    private static KeyValuePair<string, JsonNode?> Cloned(KeyValuePair<string, JsonNode?> member) => new(member.Key, member.Value?.DeepClone());

    private static JsonObject Sorted(SortedDictionary<string, JsonObject> parts) => new(parts.Select(part => KeyValuePair.Create(part.Key, (JsonNode?)part.Value)));
}
