using System.Text.Json;
using System.Text.Json.Nodes;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The published documents of every group version, in both versions of OpenAPI; made at the first question and kept.</summary>
internal sealed class OpenApiDocuments
{
    // What clients ask for is no legal media type, and they refuse to read it in an answer.
    private const string V2ProtobufAnswer = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private readonly Lazy<IReadOnlyDictionary<string, OpenApiDocument>> _documents;
    private readonly Lazy<TaggedContent> _v2Json;
    private readonly Lazy<TaggedContent> _v2Protobuf;

    /// <summary>The documents of the kinds that are served.</summary>
    public OpenApiDocuments(IResourceRegistries registries)
    {
        _documents = new(() => Build(registries));
        _v2Json = new(() => TaggedContent.Of(MediaTypes.Json, JsonSerializer.SerializeToUtf8Bytes(Version2())));
        _v2Protobuf = new(() => TaggedContent.Of(V2ProtobufAnswer, SwaggerProtobuf.Of(Version2()).ToByteArray()));
    }

    /// <summary>The version 2 document as JSON.</summary>
    public TaggedContent Version2Json => _v2Json.Value;

    /// <summary>The version 2 document as protobuf.</summary>
    public TaggedContent Version2Protobuf => _v2Protobuf.Value;

    /// <summary>By path below /openapi/v3.</summary>
    public OpenApiDocument? Find(string path) => _documents.Value.GetValueOrDefault(path);

    /// <summary>The root document: where each of the others is, under a URL that changes with its content.</summary>
    public ReadOnlyMemory<byte> Root()
    {
        var paths = _documents.Value.Values.OrderBy(document => document.Path, StringComparer.Ordinal).Select(document => KeyValuePair.Create(
            document.Path, (JsonNode?)new JsonObject { ["serverRelativeURL"] = document.Url }));
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["paths"] = new JsonObject(paths) });
    }

    private JsonObject Version2() => SwaggerDocument.Of(_documents.Value.Values.Select(document => JsonNode.Parse(document.Content.Span)!.AsObject()));

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
