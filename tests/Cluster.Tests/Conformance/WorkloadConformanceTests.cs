using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Groups 18 to 23, as far as they need no controller: the objects, their scale and their status [test/e2e/apps].</summary>
[Collection("lab")]
public sealed class WorkloadConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    private const string Api = "the API; no controller makes the pods yet";

    private const string Template = """{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"registry.k8s.io/pause:3.9"}]}}""";

    private const string JobTemplate = """{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"busybox:1.36","command":["sleep","300"]}]}}""";

    [ConformanceFact("ReplicaSet, scaling subresource", Half = Api)]
    public Task ReplicaSet_Scale() => ScaleAsync("replicasets");

    [ConformanceFact("ReplicaSet, list and delete a collection", Half = Api)]
    public Task ReplicaSet_Collection() => CollectionAsync("replicasets", Spec());

    [ConformanceFact("ReplicaSet, status sub-resource", Half = Api)]
    public Task ReplicaSet_Status() => StatusAsync("replicasets", Spec());

    [ConformanceFact("Deployment, scale subresource", Half = Api)]
    public Task Deployment_Scale() => ScaleAsync("deployments");

    [ConformanceFact("Deployment, status sub-resource", Half = Api)]
    public Task Deployment_Status() => StatusAsync("deployments", Spec());

    [ConformanceFact("StatefulSet, replica scaling", Half = Api)]
    public Task StatefulSet_Scale() => ScaleAsync("statefulsets", "\"serviceName\":\"web\",");

    [ConformanceFact("StatefulSet, list, patch and delete a collection", Half = Api)]
    public Task StatefulSet_Collection() => CollectionAsync("statefulsets", Spec("\"serviceName\":\"web\","));

    [ConformanceFact("StatefulSet, status sub-resource", Half = Api)]
    public Task StatefulSet_Status() => StatusAsync("statefulsets", Spec("\"serviceName\":\"web\","), """{"replicas":0}""");

    [ConformanceFact("DaemonSet, list and delete a collection", Half = Api)]
    public Task DaemonSet_Collection() => CollectionAsync("daemonsets", Spec(replicas: false));

    [ConformanceFact("DaemonSet, status sub-resource", Half = Api)]
    public Task DaemonSet_Status() =>
        StatusAsync("daemonsets", Spec(replicas: false), """{"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":0,"numberReady":0}""");

    [ConformanceFact("Jobs, apply changes to status", Half = Api)]
    public async Task Job_Status()
    {
        var jobs = Of("jobs", await NewNamespaceAsync());
        await jobs.CreateAsync(Object("e2e", $$"""{"template":{{JobTemplate}}}"""));

        var patched = await jobs.PatchAsync("e2e", """{"metadata":{"annotations":{"patchedstatus":"true"}},"status":{"startTime":"2030-01-01T00:00:00Z","active":1}}""", ApiCollection.MergePatch, "status");
        var updated = await jobs.UpdateAsync(patched.With(job => job["status"]!["active"] = 2), "status");

        Assert.Equal(("true", "1", "2030-01-01T00:00:00Z"), (patched.Annotation("patchedstatus"), patched.Text("status/active"), patched.Text("status/startTime")));
        Assert.Equal(("2", "2"), (updated.Text("status/active"), (await jobs.GetAsync("e2e", "status")).Text("status/active")));
        Assert.Equal("1", updated.Text("metadata/generation"));
    }

    [ConformanceFact("Jobs, manage lifecycle", Half = Api)]
    public async Task Job_SuspendedPatchedReplacedListedDeleted()
    {
        var ns = await NewNamespaceAsync();
        var jobs = Of("jobs", ns);
        var created = await jobs.CreateAsync(Object("e2e", $$"""{"suspend":true,"template":{{JobTemplate}}}""", """{"e2e-job-label":"e2e"}"""));

        var patched = await jobs.PatchAsync("e2e", """{"metadata":{"labels":{"e2e":"patched"}}}""");
        var resumed = await jobs.UpdateAsync(patched.With(job =>
        {
            job["spec"]!["suspend"] = false;
            job["metadata"]!["annotations"] = new JsonObject { ["updated"] = "true" };
        }));
        var listed = await Of("jobs").SelectAsync("e2e=patched");
        await jobs.DeleteCollectionAsync("e2e=patched", """{"propagationPolicy":"Foreground"}""");

        Assert.Equal(("true", "false"), (created.Text("spec/suspend"), resumed.Text("spec/suspend")));
        Assert.Equal(("patched", "true"), (resumed.Label("e2e"), resumed.Annotation("updated")));
        Assert.Equal("e2e", Assert.Single(listed).Name());
        // Foreground deletion waits for the garbage collector, which is not here yet.
        Assert.Equal(["foregroundDeletion"], (await jobs.GetAsync("e2e")).At("metadata/finalizers")!.AsArray().Select(each => each!.ToString()));
        await jobs.PatchAsync("e2e", """{"metadata":{"finalizers":null}}""", ApiCollection.MergePatch);
        Assert.Empty(await Of("jobs").SelectAsync("e2e=patched"));
    }

    [ConformanceFact("CronJob API Operations", Half = Api)]
    public async Task CronJob_AllVerbsAndStatus()
    {
        var jobs = Of("cronjobs", await NewNamespaceAsync());
        await Lists("/apis", "batch");
        Assert.Contains("cronjobs/status", (await GetAsync("/apis/batch/v1"))["resources"]!.AsArray().Select(each => each.Text("name")));
        await using var watch = await jobs.WatchAsync("labelSelector=special-label%3Dx");
        foreach (var number in new[] { 1, 2, 3 })
            await jobs.CreateAsync(Object($"e2e-{number}", $$$$"""{"schedule":"*/1 * * * ?","jobTemplate":{"spec":{"template":{{{{JobTemplate}}}}}}}""", """{"special-label":"x"}"""));

        Assert.Equal(3, (await Of("cronjobs").SelectAsync("special-label=x")).Count);
        var patched = await jobs.PatchAsync("e2e-1", """{"metadata":{"annotations":{"patched":"true"}}}""", ApiCollection.MergePatch);
        var updated = await jobs.UpdateAsync(patched.With(job => job["metadata"]!["annotations"]!["updated"] = "true"));
        var status = await jobs.PatchAsync("e2e-1", """{"metadata":{"annotations":{"patchedstatus":"true"}},"status":{"lastScheduleTime":"2030-01-01T00:00:00Z"}}""", ApiCollection.MergePatch, "status");
        var replaced = await jobs.UpdateAsync(status.With(job => job["status"]!["lastScheduleTime"] = "2031-01-01T00:00:00Z"), "status");
        await jobs.DeleteAsync("e2e-1");
        await jobs.DeleteCollectionAsync("special-label=x");

        Assert.Equal(("true", "true"), (updated.Annotation("patched"), updated.Annotation("updated")));
        Assert.Equal(("2030-01-01T00:00:00Z", "true"), (status.Text("status/lastScheduleTime"), status.Annotation("patchedstatus")));
        Assert.Equal("2031-01-01T00:00:00Z", replaced.Text("status/lastScheduleTime"));
        Assert.Empty(await Of("cronjobs").SelectAsync("special-label=x"));
        var steps = await watch.TakeAsync(10);
        Assert.Equal([("ADDED", 3), ("DELETED", 3), ("MODIFIED", 4)], steps.CountBy(step => step.Type).OrderBy(each => each.Key).Select(each => (each.Key, each.Value)));
    }

    private async Task ScaleAsync(string plural, string more = "")
    {
        var sets = Of(plural, await NewNamespaceAsync());
        await sets.CreateAsync(Object("web", Spec(more)));

        var scale = await sets.GetAsync("web", "scale");
        var updated = await sets.UpdateAsync(scale.With(each => each["spec"]!["replicas"] = 2), "scale");
        var patched = await sets.PatchAsync("web", """{"spec":{"replicas":4}}""", ApiCollection.MergePatch, "scale");
        var set = await sets.GetAsync("web");

        Assert.Equal(("Scale", "autoscaling/v1", "web", "1", "app=web"),
            (scale.Text("kind"), scale.Text("apiVersion"), scale.Name(), scale.Text("spec/replicas"), scale.Text("status/selector")));
        Assert.Equal(("2", "4", "4"), (updated.Text("spec/replicas"), patched.Text("spec/replicas"), set.Text("spec/replicas")));
        Assert.Equal(patched.Version(), set.Version());
    }

    private async Task StatusAsync(string plural, string spec, string status = "{}")
    {
        var sets = Of(plural, await NewNamespaceAsync());
        var created = await sets.CreateAsync(Object("web", spec));
        await using var watch = await sets.WatchAsync($"resourceVersion={created.Version()}");
        static string Condition(string type) => $$"""{"type":"{{type}}","status":"True","reason":"E2E","message":"Set from e2e test"}""";

        var read = await sets.GetAsync("web", "status");
        var updated = await sets.UpdateAsync(read.With(set =>
        {
            set["status"] = JsonNode.Parse(status);
            set["status"]!["conditions"] = new JsonArray(JsonNode.Parse(Condition("StatusUpdate")));
            set["spec"]!["minReadySeconds"] = 7;
        }), "status");
        var patched = await sets.PatchAsync("web", $$$"""{"status":{"conditions":[{{{Condition("StatusPatched")}}}]}}""", ApiCollection.MergePatch, "status");

        Assert.Equal("True", updated.Condition("StatusUpdate"));
        Assert.Equal(("True", ""), (patched.Condition("StatusPatched"), patched.Condition("StatusUpdate")));
        Assert.Equal(created["spec"]!.ToJsonString(), patched["spec"]!.ToJsonString());
        Assert.Equal(["StatusUpdate", "StatusPatched"], (await watch.TakeAsync(2)).Select(step => step.Object.Text("status/conditions/0/type")));
    }

    private async Task CollectionAsync(string plural, string spec)
    {
        var sets = Of(plural, await NewNamespaceAsync());
        var label = $$"""{"e2e":"{{plural}}"}""";
        await sets.CreateAsync(Object("web", spec, label));
        await sets.CreateAsync(Object("other", spec));

        var listed = await Of(plural).SelectAsync($"e2e={plural}");
        var patched = await sets.PatchAsync("web", """{"metadata":{"labels":{"patched":"true"}},"spec":{"minReadySeconds":3}}""");
        await sets.DeleteCollectionAsync($"e2e={plural}");

        Assert.Equal("web", Assert.Single(listed).Name());
        Assert.Equal(("true", "3", "2"), (patched.Label("patched"), patched.Text("spec/minReadySeconds"), patched.Text("metadata/generation")));
        Assert.Empty(await Of(plural).SelectAsync($"e2e={plural}"));
        Assert.Equal(["other"], (await sets.ListAsync()).Names());
    }

    private async Task Lists(string path, string group) =>
        Assert.Contains(group, (await GetAsync(path))["groups"]!.AsArray().Select(each => each.Text("name")));

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse((await AskAsync(HttpMethod.Get, path)).Body)!;

    private static string Spec(string more = "", bool replicas = true) =>
        $$$"""{{{{more}}}{{{(replicas ? "\"replicas\":1," : "")}}}"selector":{"matchLabels":{"app":"web"}},"template":{{{Template}}}}""";

    private static string Object(string name, string spec, string labels = "{}") =>
        $$"""{"metadata":{"name":"{{name}}","labels":{{labels}}},"spec":{{spec}}}""";
}
