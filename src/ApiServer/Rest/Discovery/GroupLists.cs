using System.Text.Json.Nodes;

using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Rest.Discovery;

/// <summary>The older, layered discovery documents: which versions and groups there are.</summary>
internal static class GroupLists
{
    /// <summary>APIVersions at <c>/api</c>: the core group's versions, and where to find them.</summary>
    public static JsonObject CoreVersions(IEnumerable<ApiKind> kinds, string serverAddress) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = JsonStrings.Array(kinds.Where(kind => kind.Group.Length == 0).Select(kind => kind.Version).Distinct()),
        ["serverAddressByClientCIDRs"] = new JsonArray(
            new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = serverAddress }),
    };

    /// <summary>APIGroupList at <c>/apis</c>: every group but the core one.</summary>
    public static JsonObject Groups(IEnumerable<ApiKind> kinds) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray(
            [.. kinds.Where(kind => kind.Group.Length > 0).GroupBy(kind => kind.Group).Select(group => (JsonNode)Group([.. group]))]),
    };

    /// <summary>The list of kinds that users have defined, empty. Nothing leads there: the group is not among those served.</summary>
    public static JsonObject NoCustomResources() => new()
    {
        ["kind"] = "CustomResourceDefinitionList",
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
        ["items"] = new JsonArray(),
    };

    /// <summary>APIGroup at <c>/apis/G</c>, complete with kind and apiVersion.</summary>
    public static JsonObject Document(IReadOnlyList<ApiKind> kindsOfGroup)
    {
        var group = Group(kindsOfGroup);
        group.Insert(0, "kind", "APIGroup");
        group.Insert(1, "apiVersion", "v1");
        return group;
    }

    private static JsonObject Group(IReadOnlyList<ApiKind> kinds) => new()
    {
        ["name"] = kinds[0].Group,
        ["versions"] = new JsonArray([.. kinds.DistinctBy(kind => kind.Version).Select(kind => (JsonNode)Version(kind))]),
        ["preferredVersion"] = Version(kinds[0]),
    };

    private static JsonObject Version(ApiKind kind) => new() { ["groupVersion"] = kind.ApiVersion, ["version"] = kind.Version };
}
