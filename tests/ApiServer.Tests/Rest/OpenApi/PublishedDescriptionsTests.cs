using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.OpenApi;

namespace MiniK8s.ApiServer.Tests.Rest.OpenApi;

/// <summary>What kubectl explain prints: every field of every served kind, as the published documents tell it, in either version.</summary>
public sealed class PublishedDescriptionsTests
{
    private static readonly ApiKind[] Served = [.. ApiKinds.All, .. SecondForms.All];

    private static readonly Dictionary<string, JsonObject> Documents = Served
        .GroupBy(kind => kind.ApiVersion)
        .ToDictionary(group => group.Key, group => JsonNode.Parse(OpenApiDocument.Of([.. group], Describe).Content.Span)!.AsObject());

    private static readonly JsonObject Swagger = SwaggerDocument.Of(Documents.Values);

    public static TheoryData<string> ServedKinds => [.. Served.Select(kind => $"{kind.ApiVersion} {kind.Kind}")];

    [Theory]
    [MemberData(nameof(ServedKinds))]
    public void EveryFieldOfAServedKind_HasAUsefulDescription(string served)
    {
        var kind = Kind(served);
        var schemas = Documents[kind.ApiVersion]["components"]!["schemas"]!.AsObject();

        var poor = Fields(schemas, SchemaNames.Of(kind.Descriptor), "components/schemas").Where(field => !IsUseful(field)).Select(field => field.Path);

        Assert.Empty(poor);
    }

    [Theory]
    [MemberData(nameof(ServedKinds))]
    public void EveryFieldOfAServedKind_SaysTheSameInVersion2(string served)
    {
        var kind = Kind(served);
        var name = SchemaNames.Of(kind.Descriptor);

        var third = Fields(Documents[kind.ApiVersion]["components"]!["schemas"]!.AsObject(), name, "components/schemas");
        var second = Fields(Swagger["definitions"]!.AsObject(), name, "definitions");

        Assert.Equal(third.Select(field => (field.Path, field.Description)), second.Select(field => (field.Path, field.Description)));
    }

    [Fact]
    public void Pod_HasItsManyFields()
    {
        var schemas = Documents["v1"]["components"]!["schemas"]!.AsObject();

        var paths = Fields(schemas, "io.k8s.api.core.v1.Pod", "components/schemas").Select(field => field.Path).ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "Pod.apiVersion", "Pod.metadata", "ObjectMeta.labels", "PodSpec.containers", "Container.livenessProbe", "Probe.httpGet",
                "HTTPGetAction.port", "PodStatus.containerStatuses", "ContainerState.terminated",
            }, paths);
        Assert.InRange(paths.Count, 400, int.MaxValue);
    }

    private static bool IsUseful((string Path, string Description) field)
    {
        var name = field.Path[(field.Path.LastIndexOf('.') + 1)..];
        var words = field.Description.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 2 && field.Description.EndsWith('.') && !field.Description.TrimEnd('.').Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    // Every field of the type and of those it is made of, each type once.
    private static List<(string Path, string Description)> Fields(JsonObject schemas, string root, string home)
    {
        var (found, seen, open) = (new List<(string, string)>(), new HashSet<string>(), new Queue<string>([root]));
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name)) continue;
            var schema = schemas[name]!.AsObject();
            var type = name[(name.LastIndexOf('.') + 1)..];
            foreach (var (field, property) in (schema["properties"] as JsonObject ?? []).OrderBy(member => member.Key, StringComparer.Ordinal))
            {
                found.Add(($"{type}.{field}", (string?)property!["description"] ?? ""));
                foreach (var reference in References(property, home)) open.Enqueue(reference);
            }
            found.Add((type, (string?)schema["description"] ?? ""));
        }
        return found;
    }

    private static IEnumerable<string> References(JsonNode? node, string home) => node switch
    {
        JsonObject holder => (holder["$ref"] is { } reference ? [((string)reference!)[$"#/{home}/".Length..]] : Enumerable.Empty<string>())
            .Concat(holder.SelectMany(member => References(member.Value, home))),
        JsonArray list => list.SelectMany(each => References(each, home)),
        _ => [],
    };

    private static string Describe(IDescriptor descriptor) => descriptor switch
    {
        MessageDescriptor message => ApiDocumentation.Of(message),
        FieldDescriptor field => ApiDocumentation.Of(field),
        _ => null,
    } ?? "";

    private static ApiKind Kind(string served) => Served.Single(kind => $"{kind.ApiVersion} {kind.Kind}" == served);
}
