using System.Text.Json.Nodes;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.OpenApi;
using MiniK8s.Protocol.OpenApi.V2;

namespace MiniK8s.ApiServer.Tests.Rest.OpenApi;

/// <summary>The version 2 document, as JSON and as protobuf.</summary>
public sealed class SwaggerTests
{
    private static readonly JsonObject Json = SwaggerDocument.Of(ApiKinds.All
        .GroupBy(kind => kind.ApiVersion)
        .Select(group => JsonNode.Parse(OpenApiDocument.Of([.. group], descriptor => $"About {descriptor.Name}.").Content.Span)!.AsObject()));

    private static readonly Document Protobuf = SwaggerProtobuf.Of(Json);

    [Fact]
    public void Json_NothingOfVersion3IsLeft()
    {
        var text = Json.ToJsonString();

        foreach (var word in (string[])["components", "\"allOf\"", "\"oneOf\"", "requestBody", "\"content\""]) Assert.DoesNotContain(word, text);
    }

    [Fact]
    public void Json_EveryReference_LeadsSomewhere()
    {
        var known = Json["definitions"]!.AsObject().Select(definition => definition.Key);

        var named = System.Text.RegularExpressions.Regex.Matches(Json.ToJsonString(), "#/definitions/([^\"]+)").Select(match => match.Groups[1].Value);

        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Json_EveryKind_CanBePatchedWithFieldValidation()
    {
        foreach (var kind in ApiKinds.All)
        {
            var patch = Json["paths"]!.AsObject().Select(path => path.Value!["patch"]).OfType<JsonObject>()
                .First(operation => (string?)operation["x-kubernetes-group-version-kind"]!["kind"] == kind.Kind);

            Assert.Contains(patch["parameters"]!.AsArray(), parameter => ((string?)parameter!["name"], (string?)parameter["in"], (string?)parameter["type"]) == ("fieldValidation", "query", "string"));
            Assert.Contains(patch["parameters"]!.AsArray(), parameter => (string?)parameter!["in"] == "body");
        }
    }

    [Theory]
    [InlineData("io.k8s.apimachinery.pkg.api.resource.Quantity", "string", null)]
    [InlineData("io.k8s.apimachinery.pkg.util.intstr.IntOrString", "string", "int-or-string")]
    [InlineData("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "string", "date-time")]
    public void Json_NamedScalars_AreStrings(string name, string type, string? format)
    {
        var schema = Json["definitions"]![name]!;

        Assert.Equal((type, format), ((string?)schema["type"], (string?)schema["format"]));
    }

    [Fact]
    public void Protobuf_SaysWhatTheJsonSays()
    {
        Assert.Equal("2.0", Protobuf.Swagger);
        Assert.Equal(Json["paths"]!.AsObject().Select(path => path.Key), Protobuf.Paths.Path.Select(path => path.Name));
        Assert.Equal(Json["definitions"]!.AsObject().Select(each => each.Key), Protobuf.Definitions.AdditionalProperties.Select(each => each.Name));
        foreach (var definition in Protobuf.Definitions.AdditionalProperties)
        {
            var properties = Json["definitions"]![definition.Name]!["properties"] as JsonObject ?? [];
            Assert.Equal(
                properties.Select(each => (each.Key, (string?)each.Value!["description"] ?? "", (string?)each.Value!["$ref"] ?? "", (string?)each.Value!["type"] ?? "")),
                (definition.Value.Properties?.AdditionalProperties ?? []).Select(each =>
                    (each.Name, each.Value.Description, each.Value.Ref, each.Value.Type?.Value.Single() ?? "")));
        }
    }

    [Fact]
    public void Protobuf_Pod_HasItsKindItsPathsAndItsMergeKeys()
    {
        var pod = Definition("io.k8s.api.core.v1.Pod");
        var containers = Definition("io.k8s.api.core.v1.PodSpec").Properties.AdditionalProperties.Single(each => each.Name == "containers").Value;
        var path = Protobuf.Paths.Path.Single(each => each.Name == "/api/v1/namespaces/{namespace}/pods/{name}").Value;

        Assert.Equal("[{\"group\":\"\",\"kind\":\"Pod\",\"version\":\"v1\"}]\n", Extension(pod.VendorExtension, "x-kubernetes-group-version-kind"));
        Assert.Equal("\"name\"\n", Extension(containers.VendorExtension, "x-kubernetes-patch-merge-key"));
        Assert.Equal("#/definitions/io.k8s.api.core.v1.Container", containers.Items.Schema.Single().Ref);
        Assert.Equal("\"get\"\n", Extension(path.Get.VendorExtension, "x-kubernetes-action"));
        Assert.Equal(["name", "namespace"], path.Parameters.Select(each => each.Parameter.NonBodyParameter.PathParameterSubSchema.Name));
        Assert.Equal(["200", "202", "401"], path.Delete.Responses.ResponseCode.Select(each => each.Name));
        Assert.Equal("#/definitions/io.k8s.api.core.v1.Binding", Json["paths"]!["/api/v1/namespaces/{namespace}/bindings"]!["post"]!["parameters"]!.AsArray()
            .Select(parameter => (string?)parameter!["schema"]?["$ref"]).Single(reference => reference is not null));
    }

    [Fact]
    public void OperationIds_AreEachTheirOwn()
    {
        var ids = Protobuf.Paths.Path.SelectMany(path => (Operation?[])[path.Value.Get, path.Value.Put, path.Value.Post, path.Value.Patch, path.Value.Delete])
            .OfType<Operation>().Select(operation => operation.OperationId).ToArray();

        Assert.Empty(ids.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Protobuf_FieldOfFewValues_TellsThem() => Assert.Equal(
        ["\"Always\"\n", "\"Never\"\n", "\"OnFailure\"\n"],
        Definition("io.k8s.api.core.v1.PodSpec").Properties.AdditionalProperties.Single(each => each.Name == "restartPolicy").Value.Enum.Select(value => value.Yaml));

    private static Schema Definition(string name) => Protobuf.Definitions.AdditionalProperties.Single(each => each.Name == name).Value;

    private static string Extension(IEnumerable<NamedAny> extensions, string name) => extensions.Single(each => each.Name == name).Value.Yaml;
}
