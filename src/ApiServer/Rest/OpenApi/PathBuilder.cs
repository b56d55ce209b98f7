using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.Protocol.Meta.V1;

using TypeMeta = MiniK8s.Api.Objects.TypeMeta;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The paths one kind is served under, with the operations on each.</summary>
internal sealed class PathBuilder(SchemaBuilder schemas)
{
    private static readonly string[] PatchTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];

    private static readonly string[] ObjectTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

    /// <summary>Path and operations, in order of path.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> Of(ApiKind kind)
    {
        var collection = ApiPaths.Of(kind, kind.Namespaced ? "{namespace}" : "");
        if (ReviewKinds.All.Contains(kind))
        {
            yield return new(collection, Item(kind, "", ("post", "post")));
            yield break;
        }
        if (kind.Namespaced) yield return new(ApiPaths.Of(kind, ""), AllNamespaces(kind));
        if (MetricsKinds.All.Contains(kind))
        {
            yield return new(collection, Item(kind, "", ("get", "list")));
            yield return new($"{collection}/{{name}}", Item(kind, "{name}", ("get", "get")));
            yield break;
        }
        yield return new(collection, Item(kind, "", ("get", "list"), ("post", "post"), ("delete", "deletecollection")));
        yield return new(
            $"{collection}/{{name}}", Item(kind, "{name}", ("get", "get"), ("put", "put"), ("patch", "patch"), ("delete", "delete")));
        foreach (var subresource in kind.Subresources)
        {
            yield return new($"{collection}/{{name}}/{subresource}", Item(kind, subresource, Operations(Subresource.Of(subresource))));
        }
        // The older spelling of pods/binding, with the name in the body.
        if (kind.Subresources.Contains("binding"))
            yield return new(ApiPaths.Of(kind, "{namespace}").Replace(kind.Plural, "bindings", StringComparison.Ordinal), Bindings(kind));
    }

    private static (string Method, string Action)[] Operations(Subresource subresource) =>
        subresource.Name is "log" or "exec" or "attach" or "portforward" or "proxy"
            ? [.. subresource.Verbs.Select(verb => (verb == "create" ? "post" : "get", "connect"))]
            : [.. subresource.Verbs.Select(Operation)];

    private static (string Method, string Action) Operation(string verb) => verb switch
    {
        "create" => ("post", "post"),
        "update" => ("put", "put"),
        _ => (verb, verb),
    };

    private JsonObject AllNamespaces(ApiKind kind)
    {
        var item = Item(kind, "", ("get", "list"));
        item["get"]!["operationId"] = $"list{kind.Version}{kind.Kind}ForAllNamespaces";
        return item;
    }

    private JsonObject Bindings(ApiKind kind)
    {
        var item = Item(kind, "binding", ("post", "post"));
        item["parameters"] = new JsonArray(OpenApiParameters.Path("namespace", "The namespace it is in."));
        item["post"]!["operationId"] = $"post{kind.Version}Binding";
        return item;
    }

    private JsonObject Item(ApiKind kind, string part, params (string Method, string Action)[] operations)
    {
        var item = new JsonObject();
        foreach (var (method, action) in operations) item[method] = Operation(kind, part, action, method);
        var parameters = new JsonArray();
        if (part.Length > 0) parameters.Add(OpenApiParameters.Path("name", $"The name of the {kind.Kind}."));
        if (kind.Namespaced && (part.Length > 0 || operations.Length > 1))
            parameters.Add(OpenApiParameters.Path("namespace", "The namespace it is in."));
        if (parameters.Count > 0) item["parameters"] = parameters;
        return item;
    }

    // What is read and written there: the kind itself, or what a subresource has instead.
    private static (TypeMeta Type, MessageDescriptor Message) Document(ApiKind kind, string part) =>
        kind.Subresources.Contains(part) && Subresource.Of(part).ResponseKind is { } type && ApiTypes.TryGet(type, out var message)
            ? (type, message)
            : (kind.TypeMeta, kind.Descriptor);

    private JsonObject Operation(ApiKind kind, string part, string action, string method)
    {
        var document = Document(kind, part);
        var operation = new JsonObject
        {
            ["description"] = Description(kind, part, action),
            ["operationId"] = $"{action}{kind.Version}{kind.Kind}{Capital(part.Trim('{', '}'))}{(action == "connect" && method == "post" ? "Post" : "")}",
            ["parameters"] = OpenApiParameters.Of(action),
            ["responses"] = Responses(kind, document, action),
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = SchemaBuilder.Gvk(document.Type),
        };
        if (Body(document.Message, action) is { } body) operation["requestBody"] = body;
        return operation;
    }

    private JsonObject Responses(ApiKind kind, (TypeMeta Type, MessageDescriptor Message) document, string action)
    {
        var responses = new JsonObject();
        foreach (var (code, text) in Codes(action)) responses[code] = Response(kind, document.Message, action, text);
        responses["401"] = new JsonObject { ["description"] = "Unauthorized" };
        return responses;
    }

    private static (string Code, string Text)[] Codes(string action) => action switch
    {
        "post" => [("200", "OK"), ("201", "Created"), ("202", "Accepted")],
        "put" or "patch" => [("200", "OK"), ("201", "Created")],
        "delete" => [("200", "OK"), ("202", "Accepted")],
        _ => [("200", "OK")],
    };

    private JsonObject? Body(MessageDescriptor message, string action) => action switch
    {
        "post" or "put" => new() { ["content"] = Content(["*/*"], schemas.Reference(message)), ["required"] = true },
        "patch" => new() { ["content"] = Content(PatchTypes, new JsonObject { ["type"] = "object" }), ["required"] = true },
        "delete" or "deletecollection" => new() { ["content"] = Content(["*/*"], schemas.Reference(DeleteOptions.Descriptor)) },
        _ => null,
    };

    private JsonObject Response(ApiKind kind, MessageDescriptor message, string action, string text)
    {
        var schema = action switch
        {
            "connect" => new JsonObject { ["type"] = "string" },
            "list" => schemas.Reference(kind.ListDescriptor),
            "deletecollection" => schemas.Reference(Status.Descriptor),
            _ => schemas.Reference(message),
        };
        return new() { ["description"] = text, ["content"] = Content(action == "connect" ? ["text/plain"] : ObjectTypes, schema) };
    }

    private static JsonObject Content(IEnumerable<string> types, JsonObject schema) =>
        new(types.Select(type => KeyValuePair.Create(type, (JsonNode?)new JsonObject { ["schema"] = schema.DeepClone() })));

    private static string Description(ApiKind kind, string part, string action)
    {
        var of = part is "" or "{name}" ? "" : $" ({part})";
        return action switch
        {
            "list" => $"list or watch objects of kind {kind.Kind}",
            "get" => $"read the specified {kind.Kind}{of}",
            "post" => $"create a {kind.Kind}{of}",
            "put" => $"replace the specified {kind.Kind}{of}",
            "patch" => $"partially update the specified {kind.Kind}{of}",
            "delete" => $"delete a {kind.Kind}",
            "deletecollection" => $"delete a collection of {kind.Kind}",
            _ => $"connect to {part} of {kind.Kind}",
        };
    }

    private static string Capital(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..];
}
