using System.Text.Json;
using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Discovery;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The published documents of every group version; made at the first question and kept.</summary>
internal sealed class OpenApiDocuments(IResourceRegistries registries)
{
    private readonly Lazy<IReadOnlyDictionary<string, OpenApiDocument>> _documents = new(() => Build(registries));

    /// <summary>By path below /openapi/v3.</summary>
    public OpenApiDocument? Find(string path) => _documents.Value.GetValueOrDefault(path);

    /// <summary>The root document: where each of the others is, under a URL that changes with its content.</summary>
    public ReadOnlyMemory<byte> Root()
    {
        var paths = _documents.Value.Values.OrderBy(document => document.Path, StringComparer.Ordinal).Select(document => KeyValuePair.Create(
            document.Path, (JsonNode?)new JsonObject { ["serverRelativeURL"] = document.Url }));
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["paths"] = new JsonObject(paths) });
    }

    /// <summary>The older document. Clients need it to be there and no more; its schemas are those of version 3.</summary>
    public static JsonObject Version2() => new()
    {
        ["swagger"] = "2.0",
        ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = ServerVersion.GitVersion },
        ["paths"] = new JsonObject(),
    };

    private static Dictionary<string, OpenApiDocument> Build(IResourceRegistries registries) => registries.All
        .Select(registry => registry.Kind)
        .GroupBy(kind => kind.ApiVersion)
        .Select(kinds => OpenApiDocument.Of([.. kinds], Describe))
        .ToDictionary(document => document.Path);

    private static string Describe(IDescriptor descriptor) => descriptor switch
    {
        MessageDescriptor message => ApiDocumentation.Of(message),
        FieldDescriptor field => ApiDocumentation.Of(field),
        _ => null,
    } ?? "";
}
