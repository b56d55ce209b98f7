using System.Text.Json;
using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Discovery;
using MiniK8s.ApiServer.Rest.Routing;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The document of one group version.</summary>
/// <param name="Path">Where it is served below /openapi/v3: <c>api/v1</c>, <c>apis/discovery.k8s.io/v1</c>.</param>
/// <param name="Tagged">JSON; its hash is part of the URL.</param>
internal sealed record OpenApiDocument(string Path, TaggedContent Tagged)
{
    /// <summary>JSON, UTF-8.</summary>
    public ReadOnlyMemory<byte> Content => Tagged.Content;

    /// <summary>The content's hash.</summary>
    public string Hash => Tagged.Hash;

    /// <summary>Where it is, for as long as it stays as it is.</summary>
    public string Url => $"/openapi/v3/{Path}?hash={Hash}";

    /// <summary>Writes the document of kinds that share one group version.</summary>
    public static OpenApiDocument Of(IReadOnlyList<ApiKind> kinds, Func<IDescriptor, string> describe)
    {
        var schemas = new SchemaBuilder(describe);
        var paths = new PathBuilder(schemas);
        var document = new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = ServerVersion.GitVersion },
            ["paths"] = new JsonObject(kinds.SelectMany(paths.Of)),
        };
        document["components"] = new JsonObject { ["schemas"] = schemas.Build() };

        var content = JsonSerializer.SerializeToUtf8Bytes(document);
        return new(ApiPaths.Of(kinds[0].Group, kinds[0].Version)[1..], TaggedContent.Of(MediaTypes.Json, content));
    }
}
