using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Server-side apply, for which upstream has no conformance item: what test/integration/apiserver/apply and test/e2e/apimachinery/apply.go check.</summary>
/// <remarks>
/// Here: what a client sees over REST. The rules themselves, case by case, are in Api.Tests/ManagedFields/ServerSideApplyTests (merging,
/// ownership, lists by key, sets, zero values), ApiServer.Tests/Registry/ApplyTests (create, again, dry run, uid, resourceVersion, immutable fields)
/// and ApiServer.Tests/Rest/Kubectl/KubectlApplyTests (kubectl, taking over from client-side apply, mistakes).
/// </remarks>
[Collection("lab")]
public sealed class ApplyConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [Fact]
    public async Task Apply_AbsentObject_IsCreatedOnceAndOwned()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());

        var created = await AskAsync(HttpMethod.Patch, $"{deployments.Path}/web?fieldManager=me", Deployment(3), ApiCollection.ApplyPatch);
        var again = await AskAsync(HttpMethod.Patch, $"{deployments.Path}/web?fieldManager=me", Deployment(3), ApiCollection.ApplyPatch);

        Assert.Equal((201, 200), (created.Code, again.Code));
        var (first, second) = (JsonNode.Parse(created.Body), JsonNode.Parse(again.Body));
        Assert.Equal(first.Version(), second.Version());
        Assert.Equal(["me Apply "], Managers(first));
        Assert.NotNull(Owned(first, "me").At("f:spec/f:replicas"));
        Assert.Null(Owned(first, "me").At("f:spec/f:strategy"));
    }

    [Fact]
    public async Task Apply_FieldOfAnother_ConflictsUntilForced()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        await deployments.ApplyAsync("web", "first", Deployment(3));

        var conflict = await ApiRefusal.OfAsync(() => deployments.ApplyAsync("web", "second", Deployment(5)));
        var forced = await deployments.ApplyAsync("web", "second", Deployment(5), force: true);

        Assert.Equal((409, "Conflict", "Apply failed with 1 conflict: conflict with \"first\": .spec.replicas"), (conflict.Code, conflict.Reason, conflict.Text));
        Assert.Equal(("FieldManagerConflict", ".spec.replicas"), (conflict.Status.Text("details/causes/0/reason"), conflict.Status.Text("details/causes/0/field")));
        Assert.Equal("5", forced.Text("spec/replicas"));
        Assert.Null(Owned(forced, "first").At("f:spec/f:replicas"));
        Assert.NotNull(Owned(forced, "second").At("f:spec/f:replicas"));
        // Both still want the rest to be as it is.
        Assert.NotNull(Owned(forced, "first").At("f:spec/f:template"));
    }

    [Fact]
    public async Task Apply_SameValueByAnother_IsSharedAndOutlivesOneOfThem()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await maps.ApplyAsync("map", "first", Map("\"shared\":\"x\",\"own\":\"y\""));
        await maps.ApplyAsync("map", "second", Map("\"shared\":\"x\""));

        var left = await maps.ApplyAsync("map", "first", Map("\"own\":\"y\""));
        var alone = await maps.ApplyAsync("map", "first", Map(""));
        var gone = await maps.ApplyAsync("map", "second", Map(""));

        Assert.Equal(("x", "y"), (left.Text("data/shared"), left.Text("data/own")));
        Assert.Equal(("x", ""), (alone.Text("data/shared"), alone.Text("data/own")));
        Assert.Equal("", gone.Text("data/shared"));
    }

    [Fact]
    public async Task Apply_ListsByKey_EachOwnsItsItems()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        await deployments.ApplyAsync("web", "first", Deployment(1));
        var sidecar = """
            apiVersion: apps/v1
            kind: Deployment
            spec: {template: {spec: {containers: [{name: sidecar, image: busybox}]}}}
            """;
        var env = """
            apiVersion: apps/v1
            kind: Deployment
            spec: {template: {spec: {containers: [{name: nginx, env: [{name: A, value: b}]}]}}}
            """;

        await deployments.ApplyAsync("web", "second", sidecar);
        var three = await deployments.ApplyAsync("web", "third", env);
        var without = await deployments.ApplyAsync("web", "second", "{apiVersion: apps/v1, kind: Deployment}");

        Assert.Equal(["nginx", "sidecar"], Containers(three));
        Assert.Equal("b", three.Text("spec/template/spec/containers/0/env/0/value"));
        // The item is two managers' together: third names its key and a field in it.
        Assert.NotNull(Owned(three, "third").At("f:spec/f:template/f:spec/f:containers")!["k:{\"name\":\"nginx\"}"]!["f:env"]);
        Assert.Equal(["nginx"], Containers(without));
        Assert.Equal(["first Apply ", "third Apply "], Managers(without));
        Assert.Equal("b", without.Text("spec/template/spec/containers/0/env/0/value"));

        static IEnumerable<string> Containers(JsonNode deployment) => deployment.At("spec/template/spec/containers")!.AsArray().Select(each => each.Text("name"));
    }

    [Fact]
    public async Task Apply_PortThatIsNoLongerApplied_Goes()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        var created = await deployments.ApplyAsync("web", "me", Deployment(1, ", ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]"));

        var removed = await deployments.ApplyAsync("web", "me", Deployment(1, ", ports: [{containerPort: 80, protocol: UDP}]"));
        var none = await deployments.ApplyAsync("web", "me", Deployment(1));

        Assert.Equal(2, created.At("spec/template/spec/containers/0/ports")!.AsArray().Count);
        Assert.Equal("UDP", Assert.Single(removed.At("spec/template/spec/containers/0/ports")!.AsArray()).Text("protocol"));
        Assert.Null(none.At("spec/template/spec/containers/0/ports"));
    }

    [Fact]
    public async Task Apply_UpdateInBetween_IsTakenFromTheApplierAndGivenBackByForce()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        var created = await deployments.ApplyAsync("web", "applier", Deployment(3));

        var updated = await deployments.UpdateAsync(created.With(each => each["spec"]!["replicas"] = 9));
        var conflict = await ApiRefusal.OfAsync(() => deployments.ApplyAsync("web", "applier", Deployment(3)));
        var forced = await deployments.ApplyAsync("web", "applier", Deployment(3), force: true);

        Assert.Null(Owned(updated, "applier").At("f:spec/f:replicas"));
        Assert.Matches("^Apply failed with 1 conflict: conflict with \"[^\"]+\" using apps/v1: .spec.replicas$", conflict.Text);
        Assert.Equal("3", forced.Text("spec/replicas"));
        // Whoever owned nothing else is forgotten.
        Assert.Equal(["applier Apply "], Managers(forced));
    }

    [Fact]
    public async Task Apply_Scale_MovesReplicasToItsWriter()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        await deployments.ApplyAsync("web", "applier", Deployment(1));

        await deployments.PatchAsync("web", """{"spec":{"replicas":5}}""", ApiCollection.MergePatch, "scale", "?fieldManager=scaler");
        var scaled = await deployments.GetAsync("web");
        var conflict = await ApiRefusal.OfAsync(() => deployments.ApplyAsync("web", "applier", Deployment(1)));

        Assert.Equal("5", scaled.Text("spec/replicas"));
        Assert.Equal(["applier Apply ", "scaler Update scale"], Managers(scaled));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", Owned(scaled, "scaler").ToJsonString());
        Assert.Null(Owned(scaled, "applier").At("f:spec/f:replicas"));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using apps/v1: .spec.replicas", conflict.Text);
    }

    [Fact]
    public async Task Apply_Status_OwnsTheStatusAlone()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        await deployments.ApplyAsync("web", "applier", Deployment(1));
        const string status = """
            apiVersion: apps/v1
            kind: Deployment
            spec: {replicas: 7}
            status: {conditions: [{type: Progressing, status: "True"}]}
            """;

        var reported = await deployments.ApplyAsync("web", "reporter", status, subresource: "status");
        var removed = await deployments.ApplyAsync("web", "reporter", "{apiVersion: apps/v1, kind: Deployment, status: {}}", subresource: "status");
        var ignored = await deployments.ApplyAsync("web", "applier", Deployment(1) + "\nstatus: {replicas: 4}");

        Assert.Equal(("1", "True"), (reported.Text("spec/replicas"), reported.Condition("Progressing")));
        Assert.Equal(["applier Apply ", "reporter Apply status"], Managers(reported));
        Assert.Null(Owned(reported, "reporter").At("f:spec"));
        Assert.Equal("", removed.Condition("Progressing"));
        Assert.Equal("", ignored.Text("status/replicas"));
        Assert.Null(Owned(ignored, "applier").At("f:status"));
    }

    [Theory]
    [InlineData(ApiCollection.MergePatch, """{"metadata":{"managedFields":[{}]}}""")]
    [InlineData(ApiCollection.StrategicMergePatch, """{"metadata":{"managedFields":[{}]}}""")]
    [InlineData(ApiCollection.JsonPatch, """[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]""")]
    public async Task ManagedFields_PatchedWithOneEmptyEntry_AreReset(string type, string patch)
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await maps.ApplyAsync("map", "first", Map("\"a\":\"b\""));

        var reset = await maps.PatchAsync("map", patch, type);
        var kept = await maps.PatchAsync("map", """{"metadata":{"managedFields":null}}""", ApiCollection.MergePatch);
        // What nobody owned before is before-first-apply's.
        var conflict = await ApiRefusal.OfAsync(() => maps.ApplyAsync("map", "second", Map("\"a\":\"c\"")));

        Assert.Empty(Managers(reset));
        Assert.Empty(Managers(kept));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a", conflict.Text);
    }

    [Fact]
    public async Task ManagedFields_UpdateWithoutThem_KeepsThemAndAnEmptyListResets()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        var created = await maps.ApplyAsync("map", "first", Map("\"a\":\"b\""));

        var kept = await maps.UpdateAsync(created.With(map => map["metadata"]!.AsObject().Remove("managedFields")));
        var reset = await maps.UpdateAsync(kept.With(map => map["metadata"]!["managedFields"] = new JsonArray(new JsonObject())));

        Assert.Equal(["first Apply "], Managers(kept));
        Assert.Empty(Managers(reset));
    }

    [Fact]
    public async Task ManyUpdaters_OldestAreGathered()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await maps.ApplyAsync("map", "applier", Map("\"a\":\"b\""));

        for (var number = 0; number < 20; number++)
            await maps.PatchAsync("map", $$$$"""{"metadata":{"labels":{"label-{{{{number}}}}":"x"}}}""", query: $"?fieldManager=updater-{number}");

        var managers = Managers(await maps.GetAsync("map")).ToList();
        Assert.Contains("applier Apply ", managers);
        Assert.Contains("ancient-changes Update ", managers);
        Assert.Equal(10, managers.Count(manager => manager.Contains(" Update ")));
    }

    [Fact]
    public async Task Apply_WrongRequests_AreRefused()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await maps.ApplyAsync("map", "me", Map("\"a\":\"b\""));

        var manager = await ApiRefusal.OfAsync(() => maps.PatchAsync("map", Map("\"a\":\"b\""), ApiCollection.ApplyPatch));
        var force = await ApiRefusal.OfAsync(() => maps.PatchAsync("map", "{}", ApiCollection.MergePatch, query: "?force=true"));
        var managed = await ApiRefusal.OfAsync(() => maps.ApplyAsync("map", "me", "{apiVersion: v1, kind: ConfigMap, metadata: {managedFields: [{manager: x}]}}"));
        var unknown = await ApiRefusal.OfAsync(() => maps.ApplyAsync("map", "me", "{apiVersion: v1, kind: ConfigMap, datas: {a: b}}"));
        var version = await ApiRefusal.OfAsync(() => maps.ApplyAsync("map", "me", "{apiVersion: v1, kind: ConfigMap, metadata: {resourceVersion: '1'}, data: {a: c}}"));

        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), (manager.Code, manager.Text));
        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"), (force.Code, force.Text));
        Assert.Equal((400, "metadata.managedFields must be nil"), (managed.Code, managed.Text));
        Assert.Equal(500, unknown.Code);
        Assert.EndsWith(".datas: field not declared in schema", unknown.Text);
        Assert.Equal((409, "Conflict"), (version.Code, version.Reason));
    }

    [Fact]
    public async Task Apply_DryRun_TellsAndStoresNothing()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());

        var absent = await maps.ApplyAsync("map", "me", Map("\"a\":\"b\""), query: "&dryRun=All");
        var before = await maps.FindAsync("map");
        var stored = await maps.ApplyAsync("map", "me", Map("\"a\":\"b\""));
        var changed = await maps.ApplyAsync("map", "me", Map("\"a\":\"c\""), query: "&dryRun=All");

        Assert.Equal(("b", true), (absent.Text("data/a"), before is null));
        Assert.Equal(("c", stored.Version()), (changed.Text("data/a"), changed.Version()));
        Assert.Equal("b", (await maps.GetAsync("map")).Text("data/a"));
    }

    private static IEnumerable<string> Managers(JsonNode? obj) => (obj.At("metadata/managedFields") as JsonArray ?? [])
        .Select(entry => $"{entry.Text("manager")} {entry.Text("operation")} {entry.Text("subresource")}").Order(StringComparer.Ordinal);

    private static JsonNode Owned(JsonNode? obj, string manager) =>
        obj.At("metadata/managedFields")!.AsArray().Single(entry => entry.Text("manager") == manager)!["fieldsV1"]!;

    private static string Map(string data) => $$$"""{"apiVersion":"v1","kind":"ConfigMap","data":{{{{data}}}}}""";

    private static string Deployment(int replicas, string container = "") => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: nginx}}
          template:
            metadata: {labels: {app: nginx}}
            spec:
              containers:
              - {name: nginx, image: "nginx:latest"{{{container}}}}
        """;
}
