using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>What groups 6, 9, 15, 17 and 25 have of objects that need no controller that is not here yet.</summary>
[Collection("lab")]
public sealed class ObjectConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [ConformanceFact("RuntimeClass API")]
    public async Task RuntimeClass_AllVerbs()
    {
        var classes = Of("runtimeclasses");
        foreach (var number in new[] { 1, 2, 3 })
            await classes.CreateAsync($$$"""{"metadata":{"name":"e2e-{{{number}}}","labels":{"test":"conformance"}},"handler":"e2e"}""");

        var listed = await classes.SelectAsync("test=conformance");
        await using var watch = await classes.WatchAsync("labelSelector=test%3Dconformance&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
        var patched = await classes.PatchAsync("e2e-1", """{"metadata":{"annotations":{"patched":"true"}}}""", ApiCollection.MergePatch);
        var updated = await classes.UpdateAsync(patched.With(each => each["metadata"]!["annotations"]!["updated"] = "true"));
        var handler = await ApiRefusal.OfAsync(() => classes.PatchAsync("e2e-1", """{"handler":"other"}"""));
        await classes.DeleteAsync("e2e-1");
        await classes.DeleteCollectionAsync("test=conformance");

        Assert.Equal(3, listed.Count);
        Assert.Equal(("true", "true"), (updated.Annotation("patched"), updated.Annotation("updated")));
        Assert.Equal(422, handler.Code);
        Assert.Empty(await classes.SelectAsync("test=conformance"));
        Assert.Equal(["MODIFIED e2e-1", "MODIFIED e2e-1", "DELETED e2e-1"], (await watch.TakeAsync(3)).Select(step => step.Step));
    }

    [ConformanceFact("Scheduler, Verify PriorityClass endpoints")]
    public async Task PriorityClass_ValueIsFixedTheRestIsNot()
    {
        var classes = Of("priorityclasses");
        foreach (var number in new[] { 1, 2 })
            await classes.CreateAsync($$$"""{"metadata":{"name":"p{{{number}}}","labels":{"e2e":"priority"}},"value":{{{number}}}}""");

        var read = await classes.GetAsync("p1");
        var update = await ApiRefusal.OfAsync(() => classes.UpdateAsync(read.With(each => each["value"] = 10)));
        var patch = await ApiRefusal.OfAsync(() => classes.PatchAsync("p1", """{"value":10}"""));
        var described = await classes.UpdateAsync(read.With(each => each["description"] = "updated description"));
        var patched = await classes.PatchAsync("p2", """{"description":"patched description"}""");
        var listed = await classes.SelectAsync("e2e=priority");
        await classes.DeleteCollectionAsync("e2e=priority");

        Assert.Equal((422, "PriorityClass.scheduling.k8s.io \"p1\" is invalid: value: Forbidden: may not be changed in an update."), (update.Code, update.Text));
        Assert.Equal(update.Text, patch.Text);
        Assert.Equal(("updated description", "patched description"), (described.Text("description"), patched.Text("description")));
        Assert.Equal(["1", "2"], listed.Select(each => each.Text("value")));
        Assert.Empty(await classes.SelectAsync("e2e=priority"));
    }

    [ConformanceFact("ResourceQuota, manage lifecycle", Half = "the API; nothing counts yet")]
    public async Task ResourceQuota_CreatedListedPatchedDeletedAsASet()
    {
        var quotas = Of("resourcequotas", await NewNamespaceAsync());
        await quotas.CreateAsync("""{"metadata":{"name":"e2e-quota","labels":{"e2e":"quota"}},"spec":{"hard":{"cpu":"1","memory":"500Mi"}}}""");

        var listed = await Of("resourcequotas").SelectAsync("e2e=quota");
        var patched = await quotas.PatchAsync("e2e-quota", """{"metadata":{"labels":{"patched":"true"}},"spec":{"hard":{"memory":"750Mi"}}}""");
        await quotas.DeleteCollectionAsync("patched=true");

        Assert.Equal("e2e-quota", Assert.Single(listed).Name());
        Assert.Equal(("1", "750Mi"), (patched.Text("spec/hard/cpu"), patched.Text("spec/hard/memory")));
        Assert.Empty(await Of("resourcequotas").SelectAsync("e2e=quota"));
    }

    [ConformanceFact("ResourceQuota, apply changes to status", Half = "the API; nothing counts yet")]
    public async Task ResourceQuota_Status_IsWrittenApartFromTheSpec()
    {
        var quotas = Of("resourcequotas", await NewNamespaceAsync());
        var created = await quotas.CreateAsync("""{"metadata":{"name":"e2e-rq-status"},"spec":{"hard":{"cpu":"500m","memory":"500Mi"}}}""");

        var updated = await quotas.UpdateAsync(created.With(quota => quota["status"] = JsonNode.Parse("""{"hard":{"cpu":"500m","memory":"500Mi"},"used":{"cpu":"0"}}""")), "status");
        var patched = await quotas.PatchAsync("e2e-rq-status", """{"spec":{"hard":{"cpu":"9"}},"status":{"hard":{"cpu":"750m"}}}""", ApiCollection.MergePatch, "status");

        Assert.Equal(("500m", "0"), (updated.Text("status/hard/cpu"), updated.Text("status/used/cpu")));
        Assert.Equal(("750m", "500Mi", "500m"), (patched.Text("status/hard/cpu"), patched.Text("status/hard/memory"), patched.Text("spec/hard/cpu")));
    }

    [ConformanceFact("LimitRange, list, patch and delete by collection", Half = "the API; no admission sets the limits yet")]
    public async Task LimitRange_ListedPatchedDeletedAsASet()
    {
        var (here, there) = (Of("limitranges", await NewNamespaceAsync()), Of("limitranges", await NewNamespaceAsync()));
        foreach (var ranges in new[] { here, there })
            await ranges.CreateAsync("""{"metadata":{"name":"e2e","labels":{"e2e":"range"}},"spec":{"limits":[{"type":"Container","min":{"cpu":"50m"},"max":{"cpu":"500m"},"default":{"cpu":"100m"}}]}}""");

        var listed = await Of("limitranges").SelectAsync("e2e=range");
        var patched = await here.PatchAsync("e2e", """{"metadata":{"labels":{"patched":"true"}},"spec":{"limits":[{"type":"Container","min":{"cpu":"49m"},"max":{"cpu":"500m"}}]}}""");
        await here.DeleteCollectionAsync("e2e=range");

        Assert.Equal(2, listed.Count);
        Assert.Equal(("49m", "500m"), (patched.Text("spec/limits/0/min/cpu"), patched.Text("spec/limits/0/default/cpu")));
        Assert.Empty(await here.SelectAsync("e2e=range"));
        Assert.Single(await there.SelectAsync("e2e=range"));
    }

    [ConformanceFact("Kubernetes Service")]
    public async Task KubernetesService_IsThere() =>
        Assert.Equal("443", (await Of("services", "default").GetAsync("kubernetes")).Text("spec/ports/0/port"));

    [ConformanceFact("Find Kubernetes Service in default Namespace")]
    public async Task KubernetesService_IsFoundAmongAll() =>
        Assert.Contains((await Of("services").ListAsync()).Items(), service => service.Name() == "kubernetes" && service.Text("metadata/namespace") == "default");

    [ConformanceFact("Service, complete ServiceStatus lifecycle")]
    public async Task Service_StatusPatchedUpdatedAndAllIsWatched()
    {
        var services = Of("services", await NewNamespaceAsync());
        await using var watch = await services.WatchAsync("labelSelector=test-service-static%3Dtrue");
        var created = await services.CreateAsync(Service("test-service", "test-service-static", "\"type\":\"LoadBalancer\","));

        var patchedStatus = await services.PatchAsync("test-service", """{"metadata":{"annotations":{"patchedstatus":"true"}},"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.1"}]}}}""", ApiCollection.MergePatch, "status");
        var updatedStatus = await services.UpdateAsync(patchedStatus.With(service => service["status"]!["conditions"] = new JsonArray(JsonNode.Parse(
            """{"type":"StatusUpdate","status":"True","lastTransitionTime":"2030-01-01T00:00:00Z","reason":"E2E","message":"Set from e2e test"}"""))), "status");
        var patched = await services.PatchAsync("test-service", """{"metadata":{"labels":{"test-service":"patched"}}}""");
        await services.DeleteAsync("test-service");

        Assert.Equal(("true", "203.0.113.1"), (patchedStatus.Annotation("patchedstatus"), patchedStatus.Text("status/loadBalancer/ingress/0/ip")));
        Assert.Equal("True", updatedStatus.Condition("StatusUpdate"));
        Assert.Equal(("patched", "203.0.113.1"), (patched.Label("test-service"), patched.Text("status/loadBalancer/ingress/0/ip")));
        Assert.Equal(created["spec"]!.ToJsonString(), patched["spec"]!.ToJsonString());
        Assert.Equal(["ADDED", "MODIFIED", "MODIFIED", "MODIFIED", "DELETED"], (await watch.TakeAsync(5)).Select(step => step.Type));
    }

    [ConformanceFact("Service, deletes a collection of services")]
    public async Task Services_DeleteCollection_LeavesTheOthers()
    {
        var services = Of("services", await NewNamespaceAsync());
        await services.CreateAsync(Service("e2e-svc-a", "set"));
        await services.CreateAsync(Service("e2e-svc-b", "set"));
        await services.CreateAsync(Service("e2e-svc-c", "other"));

        await services.DeleteCollectionAsync("set=true");

        Assert.Equal(["e2e-svc-c"], (await services.ListAsync()).Names());
    }

    [ConformanceFact("Endpoint resource lifecycle")]
    public async Task Endpoints_CreatedUpdatedPatchedDeletedAsASet()
    {
        var endpoints = Of("endpoints", await NewNamespaceAsync());
        await using var watch = await endpoints.WatchAsync("labelSelector=test-endpoint-static%3Dtrue");
        var created = await endpoints.CreateAsync(
            """{"metadata":{"name":"testservice","labels":{"test-endpoint-static":"true"}},"subsets":[{"addresses":[{"ip":"10.0.0.24"}],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}]}""");

        Assert.Equal("testservice", Assert.Single(await Of("endpoints").SelectAsync("test-endpoint-static=true")).Name());
        var updated = await endpoints.UpdateAsync(created.With(each => each["metadata"]!["labels"]!["test-service"] = "updated"));
        var patched = await endpoints.PatchAsync("testservice", """{"metadata":{"labels":{"test-service":"patched"}},"subsets":[{"addresses":[{"ip":"10.0.0.25"}],"ports":[{"name":"http-test","port":8080}]}]}""");
        await endpoints.DeleteCollectionAsync("test-endpoint-static=true");

        Assert.Equal("updated", updated.Label("test-service"));
        Assert.Equal(("patched", "10.0.0.25", "8080"), (patched.Label("test-service"), patched.Text("subsets/0/addresses/0/ip"), patched.Text("subsets/0/ports/0/port")));
        Assert.Equal(["ADDED", "MODIFIED", "MODIFIED", "DELETED"], (await watch.TakeAsync(4)).Select(step => step.Type));
        Assert.Null(await endpoints.FindAsync("testservice"));
    }

    [ConformanceFact("EndpointSlice API")]
    public async Task EndpointSlice_AllVerbs()
    {
        var slices = Of("endpointslices", await NewNamespaceAsync());
        foreach (var number in new[] { 1, 2, 3 })
        {
            await slices.CreateAsync($$$"""
                {"metadata":{"name":"slice-{{{number}}}","labels":{"special-label":"e2e"}},"addressType":"IPv4","endpoints":[{"addresses":["1.2.3.4","5.6.7.8"]}],"ports":[{"port":80}]}
                """);
        }

        Assert.Equal(3, (await Of("endpointslices").SelectAsync("special-label=e2e")).Count);
        await using var watch = await slices.WatchAsync($"resourceVersion={(await slices.ListAsync()).Version()}");
        var patched = await slices.PatchAsync("slice-1", """{"metadata":{"annotations":{"patched":"true"}}}""", ApiCollection.MergePatch);
        var updated = await slices.UpdateAsync(patched.With(slice => slice["metadata"]!["annotations"]!["updated"] = "true"));
        await slices.DeleteAsync("slice-1");
        await slices.DeleteCollectionAsync("special-label=e2e");

        Assert.Equal(("true", "true"), (updated.Annotation("patched"), updated.Annotation("updated")));
        Assert.Equal(["MODIFIED slice-1", "MODIFIED slice-1", "DELETED slice-1"], (await watch.TakeAsync(3)).Select(step => step.Step));
        Assert.Empty((await slices.ListAsync()).Items());
    }

    [ConformanceFact("ServiceAccount lifecycle test")]
    public async Task ServiceAccount_CreatedWatchedPatchedListedDeleted()
    {
        var accounts = Of("serviceaccounts", await NewNamespaceAsync());
        await using var watch = await accounts.WatchAsync("labelSelector=test-serviceaccount-static%3Dtrue");
        await accounts.CreateAsync("""{"metadata":{"name":"testserviceaccount","labels":{"test-serviceaccount-static":"true"}}}""");

        await accounts.PatchAsync("testserviceaccount", """{"automountServiceAccountToken":false}""");
        var listed = await Of("serviceaccounts").SelectAsync("test-serviceaccount-static=true");
        await accounts.DeleteCollectionAsync("test-serviceaccount-static=true");

        Assert.Equal(("testserviceaccount", "false"), (Assert.Single(listed).Name(), listed[0].Text("automountServiceAccountToken")));
        Assert.Equal(["ADDED", "MODIFIED", "DELETED"], (await watch.TakeAsync(3)).Select(step => step.Type));
    }

    [ConformanceFact("ServiceAccount, update a ServiceAccount")]
    public async Task ServiceAccount_Update_Sticks()
    {
        var accounts = Of("serviceaccounts", await NewNamespaceAsync());
        var created = await accounts.CreateAsync("""{"metadata":{"name":"e2e-sa"}}""");

        var updated = await accounts.UpdateAsync(created.With(account => account["automountServiceAccountToken"] = true));

        Assert.Equal("true", updated.Text("automountServiceAccountToken"));
        Assert.Equal("true", (await accounts.GetAsync("e2e-sa")).Text("automountServiceAccountToken"));
    }

    [ConformanceFact("ServiceAccount, create and review token")]
    public async Task ServiceAccount_TokenIsCreatedAndReviewed()
    {
        var ns = await NewNamespaceAsync();
        await Of("serviceaccounts", ns).CreateAsync("""{"metadata":{"name":"e2e-token"}}""");

        var asked = await new ApiCollection(Rest, $"/api/v1/namespaces/{ns}/serviceaccounts/e2e-token/token").CreateAsync("{}");
        var review = await new ApiCollection(Rest, "/apis/authentication.k8s.io/v1/tokenreviews").CreateAsync(new JsonObject { ["spec"] = new JsonObject { ["token"] = asked.Text("status/token") } }.ToJsonString());

        Assert.Equal(("true", $"system:serviceaccount:{ns}:e2e-token"), (review.Text("status/authenticated"), review.Text("status/user/username")));
    }

    [ConformanceFact("RootCA ConfigMap test")]
    public async Task RootCa_DeletedOrChanged_ComesBack()
    {
        const string name = "kube-root-ca.crt";
        var maps = Of("configmaps", await NewNamespaceAsync());
        var first = await maps.UntilAsync(name, map => map.At("data/ca.crt") is not null, "is there");

        await maps.DeleteAsync(name);
        var again = await maps.UntilAsync(name, map => map.Text("metadata/uid") != first.Text("metadata/uid"), "is there again");
        await maps.PatchAsync(name, """{"data":{"ca.crt":""}}""");
        await maps.UntilAsync(name, map => map.Text("data/ca.crt") == first.Text("data/ca.crt"), "is right again");

        Assert.Equal(first.Text("data/ca.crt"), again.Text("data/ca.crt"));
        Assert.Contains("BEGIN CERTIFICATE", first.Text("data/ca.crt"));
    }

    [ConformanceFact("Kubelet, failed pod, delete")]
    public async Task CrashingPod_CanBeDeleted()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Script("bin-false", "exit 1"));
        await pods.UntilAsync("bin-false", pod => pod.At("status/containerStatuses/0/lastState/terminated") is not null || pod.At("status/containerStatuses/0/state/terminated") is not null, "has crashed");

        await pods.DeleteAsync("bin-false");

        await pods.UntilGoneAsync("bin-false");
    }

    private static string Service(string name, string label, string more = "") =>
        $$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{"{{{{label}}}}":"true"}},"spec":{{{{{more}}}}"ports":[{"name":"http","port":80,"targetPort":80}]}}""";
}
