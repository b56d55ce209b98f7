namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 10: pod templates [test/e2e/common/node/podtemplates.go].</summary>
[Collection("lab")]
public sealed class PodTemplateConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [ConformanceFact("PodTemplate lifecycle")]
    public async Task Lifecycle_CreatedPatchedListedDeleted()
    {
        var (templates, everywhere) = (Of("podtemplates", await NewNamespaceAsync()), Of("podtemplates"));
        const string selector = "podtemplate-static=true";
        Assert.Empty(await everywhere.SelectAsync(selector));

        await templates.CreateAsync(Template("nginx-pod-template", """{"podtemplate-static":"true"}"""));
        await templates.PatchAsync("nginx-pod-template", """{"metadata":{"labels":{"podtemplate":"patched"}}}""");
        var read = await templates.GetAsync("nginx-pod-template");
        var listed = await everywhere.SelectAsync(selector);
        await templates.DeleteAsync("nginx-pod-template");

        Assert.Equal(("patched", "true", "nginx"), (read.Label("podtemplate"), read.Label("podtemplate-static"), read.Text("template/spec/containers/0/image")));
        Assert.Equal("nginx-pod-template", Assert.Single(listed).Name());
        Assert.Empty(await everywhere.SelectAsync(selector));
    }

    [ConformanceFact("PodTemplate, replace")]
    public async Task Update_Annotation_IsKept()
    {
        var templates = Of("podtemplates", await NewNamespaceAsync());
        await templates.CreateAsync(Template("replaced", "{}"));

        var updated = await templates.UpdateAsync((await templates.GetAsync("replaced")).With(
            template => template["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["updated"] = "true" }));

        Assert.Equal("true", updated.Annotation("updated"));
        Assert.Equal("true", (await templates.GetAsync("replaced")).Annotation("updated"));
    }

    [ConformanceFact("PodTemplate, delete a collection")]
    public async Task DeleteCollection_ByLabel_RemovesTheSet()
    {
        var templates = Of("podtemplates", await NewNamespaceAsync());
        foreach (var number in new[] { 1, 2, 3 }) await templates.CreateAsync(Template($"test-podtemplate-{number}", """{"podtemplate-set":"true"}"""));
        await templates.CreateAsync(Template("another", "{}"));
        Assert.Equal(3, (await templates.SelectAsync("podtemplate-set=true")).Count);

        await templates.DeleteCollectionAsync("podtemplate-set=true");

        Assert.Equal(["another"], (await templates.ListAsync()).Names());
    }

    private static string Template(string name, string labels) =>
        $$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{{{{labels}}}}},"template":{"spec":{"containers":[{"name":"nginx","image":"nginx"}]}}}""";
}
