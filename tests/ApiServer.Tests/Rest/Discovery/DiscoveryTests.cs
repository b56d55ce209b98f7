using System.Text.Json;
using System.Text.Json.Nodes;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Discovery;

namespace MiniK8s.ApiServer.Tests.Rest.Discovery;

public sealed class DiscoveryTests
{
    private static readonly ApiKind[] Core = [.. ApiKinds.All.Where(kind => kind.Group.Length == 0)];

    [Fact]
    public void ResourceList_Pods_TellVerbsNamesAndSubresources()
    {
        var resources = ResourceLists.Of(Core)["resources"]!.AsArray();

        Assert.Equal(
            """{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"shortNames":["po"],"categories":["all"]}""",
            Named(resources, "pods"));
        Assert.Equal("""{"name":"pods/binding","singularName":"","namespaced":true,"kind":"Binding","verbs":["create"]}""", Named(resources, "pods/binding"));
        Assert.Equal("""{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}""", Named(resources, "pods/log"));
        Assert.Equal("""{"name":"bindings","singularName":"binding","namespaced":true,"kind":"Binding","verbs":["create"]}""", Named(resources, "bindings"));
        Assert.DoesNotContain("deletecollection", Named(resources, "namespaces"));
    }

    [Fact]
    public void ResourceList_Scale_IsOfAnotherGroup()
    {
        var apps = ResourceLists.Of([.. ApiKinds.All.Where(kind => kind.Group == "apps")])["resources"]!.AsArray();

        Assert.Equal(
            """{"name":"deployments/scale","singularName":"","namespaced":true,"group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]}""",
            Named(apps, "deployments/scale"));
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("v2beta1")]
    public void Aggregated_Groups_TellTheSame(string version)
    {
        var document = AggregatedDiscovery.Of(ApiKinds.All.Where(kind => kind.Group.Length > 0), version);

        Assert.Equal($"apidiscovery.k8s.io/{version}", document["apiVersion"]!.GetValue<string>());
        Assert.Equal(["apps", "autoscaling", "batch", "coordination.k8s.io", "discovery.k8s.io", "node.k8s.io", "policy", "scheduling.k8s.io", "storage.k8s.io"], document["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>()));
        Assert.Equal(
            """{"resource":"leases","responseKind":{"group":"coordination.k8s.io","version":"v1","kind":"Lease"},"scope":"Namespaced","singularResource":"lease","verbs":["create","delete","deletecollection","get","list","patch","update","watch"]}""",
            document["items"]![3]!["versions"]![0]!["resources"]![0]!.ToJsonString());
    }

    [Fact]
    public void Aggregated_CoreGroup_HasNoName()
    {
        var group = AggregatedDiscovery.Of(Core, "v2")["items"]![0]!;

        Assert.Null(group["metadata"]!["name"]);
        Assert.Equal("Current", group["versions"]![0]!["freshness"]!.GetValue<string>());
    }

    [Fact]
    public void Groups_Layered_NameTheirVersions()
    {
        var groups = GroupLists.Groups(ApiKinds.All)["groups"]!.AsArray();

        Assert.Equal(
            """{"name":"coordination.k8s.io","versions":[{"groupVersion":"coordination.k8s.io/v1","version":"v1"}],"preferredVersion":{"groupVersion":"coordination.k8s.io/v1","version":"v1"}}""",
            groups[3]!.ToJsonString());
    }

    [Fact]
    public void Groups_Autoscaling_PrefersTheStoredVersion()
    {
        var groups = GroupLists.Groups(ApiKinds.All.Concat(SecondForms.All))["groups"]!.AsArray();

        Assert.Equal(
            """{"name":"autoscaling","versions":[{"groupVersion":"autoscaling/v2","version":"v2"},{"groupVersion":"autoscaling/v1","version":"v1"}],"preferredVersion":{"groupVersion":"autoscaling/v2","version":"v2"}}""",
            groups.Single(group => group!["name"]!.GetValue<string>() == "autoscaling")!.ToJsonString());
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void ResourceList_Autoscalers_AreTheSameInBothVersions(string version)
    {
        var resources = ResourceLists.Of([.. ApiKinds.All.Concat(SecondForms.All).Where(kind => kind.ApiVersion == $"autoscaling/{version}")])["resources"]!.AsArray();

        Assert.Equal(
            """{"name":"horizontalpodautoscalers","singularName":"horizontalpodautoscaler","namespaced":true,"kind":"HorizontalPodAutoscaler","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"shortNames":["hpa"],"categories":["all"]}""",
            Named(resources, "horizontalpodautoscalers"));
        Assert.Equal(
            """{"name":"horizontalpodautoscalers/status","singularName":"","namespaced":true,"kind":"HorizontalPodAutoscaler","verbs":["get","patch","update"]}""",
            Named(resources, "horizontalpodautoscalers/status"));
        Assert.Equal(2, resources.Count);
    }

    [Fact]
    public void Version_IsOneThirtyTwo()
    {
        var version = JsonSerializer.SerializeToElement(ServerVersion.Document());

        Assert.Equal("1 32", $"{version.GetProperty("major")} {version.GetProperty("minor")}");
        Assert.StartsWith("v1.32.", version.GetProperty("gitVersion").GetString());
    }

    private static string Named(JsonArray resources, string name) =>
        resources.Single(resource => resource!["name"]!.GetValue<string>() == name)!.ToJsonString();
}
