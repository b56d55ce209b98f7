using System.Text.Json;
using System.Text.Json.Nodes;

using MiniK8s.Protocol.OpenApi.V2;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The version 2 document as protobuf, which is the only form of it that kubectl reads.</summary>
internal static class SwaggerProtobuf
{
    /// <summary>What <see cref="SwaggerDocument"/> made, member by member.</summary>
    public static Document Of(JsonObject document) => new()
    {
        Swagger = Text(document, "swagger"),
        Info = new() { Title = Text(document["info"]!, "title"), Version = Text(document["info"]!, "version") },
        Paths = new() { Path = { Members(document["paths"]).Select(path => new NamedPathItem { Name = path.Key, Value = PathItemOf(path.Value!) }) } },
        Definitions = new() { AdditionalProperties = { Schemas(document["definitions"]) } },
    };

    private static PathItem PathItemOf(JsonNode item)
    {
        var result = new PathItem { Parameters = { Parameters(item["parameters"]) } };
        if (item["get"] is { } get) result.Get = OperationOf(get);
        if (item["put"] is { } put) result.Put = OperationOf(put);
        if (item["post"] is { } post) result.Post = OperationOf(post);
        if (item["patch"] is { } patch) result.Patch = OperationOf(patch);
        if (item["delete"] is { } delete) result.Delete = OperationOf(delete);
        return result;
    }

    private static Operation OperationOf(JsonNode operation) => new()
    {
        Description = Text(operation, "description"),
        OperationId = Text(operation, "operationId"),
        Consumes = { Texts(operation["consumes"]) },
        Produces = { Texts(operation["produces"]) },
        Parameters = { Parameters(operation["parameters"]) },
        Responses = new()
        {
            ResponseCode =
            {
                Members(operation["responses"]).Select(response => new NamedResponseValue
                {
                    Name = response.Key, Value = new() { Response = ResponseOf(response.Value!) },
                }),
            },
        },
        VendorExtension = { Extensions(operation) },
    };

    private static Response ResponseOf(JsonNode response)
    {
        var result = new Response { Description = Text(response, "description") };
        if (response["schema"] is { } schema) result.Schema = new() { Schema = SchemaOf(schema) };
        return result;
    }

    private static IEnumerable<ParametersItem> Parameters(JsonNode? parameters) =>
        (parameters as JsonArray ?? []).Select(each => new ParametersItem { Parameter = ParameterOf(each!) });

    private static Parameter ParameterOf(JsonNode parameter)
    {
        var (name, place, description) = (Text(parameter, "name"), Text(parameter, "in"), Text(parameter, "description"));
        var required = Flag(parameter, "required");
        return place switch
        {
            "body" => new()
            {
                BodyParameter = new() { Name = name, In = place, Description = description, Required = required, Schema = SchemaOf(parameter["schema"]!) },
            },
            "path" => new()
            {
                NonBodyParameter = new()
                {
                    PathParameterSubSchema = new()
                    {
                        Name = name, In = place, Description = description, Required = required, Type = Text(parameter, "type"),
                        UniqueItems = Flag(parameter, "uniqueItems"),
                    },
                },
            },
            _ => new()
            {
                NonBodyParameter = new()
                {
                    QueryParameterSubSchema = new()
                    {
                        Name = name, In = place, Description = description, Required = required, Type = Text(parameter, "type"),
                        UniqueItems = Flag(parameter, "uniqueItems"),
                    },
                },
            },
        };
    }

    private static IEnumerable<NamedSchema> Schemas(JsonNode? schemas) =>
        Members(schemas).Select(schema => new NamedSchema { Name = schema.Key, Value = SchemaOf(schema.Value!) });

    private static Schema SchemaOf(JsonNode schema)
    {
        var result = new Schema
        {
            Ref = Text(schema, "$ref"),
            Format = Text(schema, "format"),
            Description = Text(schema, "description"),
            Required = { Texts(schema["required"]) },
            Enum = { (schema["enum"] as JsonArray ?? []).Select(value => Yaml(value!)) },
            VendorExtension = { Extensions(schema) },
        };
        if (schema["type"] is { } type) result.Type = new() { Value = { type.GetValue<string>() } };
        if (schema["items"] is { } items) result.Items = new() { Schema = { SchemaOf(items) } };
        if (schema["additionalProperties"] is { } values) result.AdditionalProperties = new() { Schema = SchemaOf(values) };
        if (schema["properties"] is { } properties) result.Properties = new() { AdditionalProperties = { Schemas(properties) } };
        return result;
    }

    private static IEnumerable<NamedAny> Extensions(JsonNode holder) =>
        from member in Members(holder)
        where member.Key.StartsWith("x-", StringComparison.Ordinal)
        select new NamedAny { Name = member.Key, Value = Yaml(member.Value!) };

    private static Any Yaml(JsonNode value) => new() { Yaml = value.ToJsonString(JsonSerializerOptions.Default) + "\n" };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];

    private static string Text(JsonNode holder, string name) => holder[name]?.GetValue<string>() ?? "";

    private static bool Flag(JsonNode holder, string name) => holder[name]?.GetValue<bool>() ?? false;

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(each => each!.GetValue<string>());
}
