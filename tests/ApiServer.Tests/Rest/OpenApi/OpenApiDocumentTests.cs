using System.Text.Json;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.OpenApi;

namespace MiniK8s.ApiServer.Tests.Rest.OpenApi;

public sealed class OpenApiDocumentTests
{
    private static readonly JsonElement Core = Document("");

    [Fact]
    public void Patch_EveryKind_TellsItsKindAndFieldValidation()
    {
        // What `kubectl apply` looks for before it lets the server validate.
        foreach (var kind in ApiKinds.All)
        {
            var patch = Document(kind.Group).GetProperty("paths").EnumerateObject().Select(path => path.Value)
                .Where(path => path.TryGetProperty("patch", out _)).Select(path => path.GetProperty("patch"))
                .First(operation => operation.GetProperty("x-kubernetes-group-version-kind").GetProperty("kind").GetString() == kind.Kind);

            Assert.Contains(patch.GetProperty("parameters").EnumerateArray(), parameter => parameter.GetProperty("name").GetString() == "fieldValidation");
        }
    }

    [Theory]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}", "Pod")]
    [InlineData("/api/v1/nodes/{name}", "Node")]
    [InlineData("/api/v1/namespaces/{name}", "Namespace")]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}/status", "Pod")]
    public void Paths_ObjectsOfTheCoreGroup_AreWhereExplainLooks(string path, string kind) =>
        Assert.Equal(kind, Core.GetProperty("paths").GetProperty(path).GetProperty("get").GetProperty("x-kubernetes-group-version-kind").GetProperty("kind").GetString());

    [Fact]
    public void Schemas_Pod_IsFoundByItsKind()
    {
        var pod = Schema("io.k8s.api.core.v1.Pod");

        Assert.Equal("""[{"group":"","kind":"Pod","version":"v1"}]""", pod.GetProperty("x-kubernetes-group-version-kind").GetRawText());
        Assert.Equal("#/components/schemas/io.k8s.api.core.v1.PodSpec", pod.GetProperty("properties").GetProperty("spec").GetProperty("allOf")[0].GetProperty("$ref").GetString());
        Assert.True(pod.GetProperty("properties").TryGetProperty("apiVersion", out _));
    }

    [Fact]
    public void Schemas_MergeLists_TellTheirKeys()
    {
        var containers = Schema("io.k8s.api.core.v1.PodSpec").GetProperty("properties").GetProperty("containers");

        Assert.Equal(
            ("name", "merge", "map"),
            (containers.GetProperty("x-kubernetes-patch-merge-key").GetString(), containers.GetProperty("x-kubernetes-patch-strategy").GetString(),
                containers.GetProperty("x-kubernetes-list-type").GetString()));
        Assert.Contains("containers", Schema("io.k8s.api.core.v1.PodSpec").GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Theory]
    [InlineData("PodSpec", "restartPolicy", "Always Never OnFailure")]
    [InlineData("ContainerPort", "protocol", "SCTP TCP UDP")]
    [InlineData("PodStatus", "phase", "Failed Pending Running Succeeded Unknown")]
    [InlineData("Toleration", "effect", "NoExecute NoSchedule PreferNoSchedule")]
    public void Schemas_FieldsOfFewValues_TellThem(string schema, string property, string values) =>
        Assert.Equal(values, Values(Schema($"io.k8s.api.core.v1.{schema}").GetProperty("properties").GetProperty(property)));

    [Fact]
    public void Schemas_ListsOfFewValues_TellThemOfTheirItems() =>
        Assert.Equal("IPv4 IPv6", Values(Schema("io.k8s.api.core.v1.ServiceSpec").GetProperty("properties").GetProperty("ipFamilies").GetProperty("items")));

    [Fact]
    public void Schemas_EmbeddedStructs_StandInTheirParent()
    {
        var volume = Schema("io.k8s.api.core.v1.Volume").GetProperty("properties");

        Assert.True(volume.TryGetProperty("emptyDir", out _));
        Assert.False(volume.TryGetProperty("volumeSource", out _));
    }

    [Theory]
    [InlineData("io.k8s.api.core.v1.ServicePort", "targetPort", "io.k8s.apimachinery.pkg.util.intstr.IntOrString")]
    [InlineData("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "creationTimestamp", "io.k8s.apimachinery.pkg.apis.meta.v1.Time")]
    [InlineData("io.k8s.api.core.v1.Event", "eventTime", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime")]
    [InlineData("io.k8s.api.core.v1.EmptyDirVolumeSource", "sizeLimit", "io.k8s.apimachinery.pkg.api.resource.Quantity")]
    public void Schemas_ScalarsWithAName_AreReferred(string schema, string property, string expected)
    {
        var reference = Schema(schema).GetProperty("properties").GetProperty(property).GetProperty("allOf")[0].GetProperty("$ref").GetString();

        Assert.Equal($"#/components/schemas/{expected}", reference);
        Assert.True(Core.GetProperty("components").GetProperty("schemas").TryGetProperty(expected, out _));
    }

    [Fact]
    public void Schemas_EveryReference_LeadsSomewhere()
    {
        var text = Core.GetRawText();
        var known = Core.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToHashSet();

        var named = System.Text.RegularExpressions.Regex.Matches(text, "#/components/schemas/([^\"]+)").Select(match => match.Groups[1].Value).Distinct();

        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Descriptions_AreTheDocumentation()
    {
        var document = Parse(OpenApiDocument.Of(Kinds(""), descriptor => $"about {descriptor.Name}"));

        var pod = document.GetProperty("components").GetProperty("schemas").GetProperty("io.k8s.api.core.v1.Pod");
        Assert.Equal("about Pod", pod.GetProperty("description").GetString());
        Assert.Equal("about spec", pod.GetProperty("properties").GetProperty("spec").GetProperty("description").GetString());
    }

    [Fact]
    public void Hash_SameContent_IsTheSame() =>
        Assert.Equal(OpenApiDocument.Of(Kinds(""), _ => "").Hash, OpenApiDocument.Of(Kinds(""), _ => "").Hash);

    private static string Values(JsonElement schema) => string.Join(' ', schema.GetProperty("enum").EnumerateArray().Select(value => value.GetString()));

    private static JsonElement Schema(string name) => Core.GetProperty("components").GetProperty("schemas").GetProperty(name);

    private static JsonElement Document(string group) => Parse(OpenApiDocument.Of(Kinds(group), Nothing));

    private static string Nothing(IDescriptor descriptor) => "";

    private static ApiKind[] Kinds(string group) => [.. ApiKinds.All.Where(kind => kind.Group == group)];

    private static JsonElement Parse(OpenApiDocument document) => JsonDocument.Parse(document.Content).RootElement;
}
