using System.Text.Json.Nodes;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Routing;

namespace MiniK8s.ApiServer.Rest.Discovery;

/// <summary>Everything that is served, in one document: what <c>/api</c> and <c>/apis</c> answer to clients that ask for it.</summary>
internal static class AggregatedDiscovery
{
    /// <summary>The APIGroupDiscoveryList of the given kinds.</summary>
    /// <param name="version">The document's own version: v2 or v2beta1, which differ in nothing else.</param>
    public static JsonObject Of(IEnumerable<ApiKind> kinds, string version) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. kinds.GroupBy(kind => kind.Group).Select(Group)]),
    };

    private static JsonNode Group(IGrouping<string, ApiKind> group)
    {
        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (group.Key.Length > 0) metadata["name"] = group.Key;
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray([.. group.GroupBy(kind => kind.Version).Select(Version)]),
        };
    }

    private static JsonNode Version(IGrouping<string, ApiKind> version) => new JsonObject
    {
        ["version"] = version.Key,
        ["resources"] = new JsonArray([.. version.SelectMany(Resources)]),
        ["freshness"] = "Current",
    };

    private static IEnumerable<JsonNode> Resources(ApiKind kind)
    {
        if (kind.Subresources.Contains("binding")) yield return Bindings(kind);
        var resource = new JsonObject
        {
            ["resource"] = kind.Plural,
            ["responseKind"] = ResponseKind(kind.TypeMeta),
            ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = JsonStrings.Array(KindVerbs.Of(kind)),
        };
        if (kind.ShortNames.Count > 0) resource["shortNames"] = JsonStrings.Array(kind.ShortNames);
        if (kind.Categories.Count > 0) resource["categories"] = JsonStrings.Array(kind.Categories);
        if (kind.Subresources.Count > 0) resource["subresources"] = Subresources(kind);
        yield return resource;
    }

    private static JsonObject Bindings(ApiKind pods) => new()
    {
        ["resource"] = "bindings",
        ["responseKind"] = ResponseKind(new(pods.ApiVersion, "Binding")),
        ["scope"] = "Namespaced",
        ["singularResource"] = "binding",
        ["verbs"] = JsonStrings.Array(["create"]),
    };

    private static JsonArray Subresources(ApiKind kind) =>
    [
        .. kind.Subresources.Order(StringComparer.Ordinal).Select(Subresource.Of).Select(subresource => (JsonNode)new JsonObject
        {
            ["subresource"] = subresource.Name,
            ["responseKind"] = ResponseKind(subresource.ResponseKind ?? kind.TypeMeta),
            ["verbs"] = JsonStrings.Array(subresource.Verbs),
        }),
    ];

    private static JsonObject ResponseKind(TypeMeta type) =>
        new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };
}
