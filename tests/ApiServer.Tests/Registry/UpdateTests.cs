using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class UpdateTests
{
    [EveryStoreFact]
    public async Task Update_NothingChanges_KeepsTheRevision()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));
        var before = rig.Store.Revision;

        var updated = await rig.UpdateAsync<Pod>("default", "web", _ => { });

        Assert.Equal(pod, updated);
        Assert.Equal(before, rig.Store.Revision);
    }

    [EveryStoreFact]
    public async Task Update_StaleResourceVersion_Conflicts()
    {
        await using var rig = await StartAsync();
        var old = await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" } });
        await rig.UpdateAsync<ConfigMap>("default", "c", map => map.Data["a"] = "1");

        var refusal = await RefusalAsync(() => rig.PutAsync(old));

        Assert.Equal((409, "Operation cannot be fulfilled on configmaps \"c\": the object has been modified; "
            + "please apply your changes to the latest version and try again"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Update_WithoutResourceVersion_WinsOverAnotherWrite()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" } });
        await rig.UpdateAsync<ConfigMap>("default", "c", map => map.Data["a"] = "1");

        var result = await rig.PutAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" }, Data = { ["b"] = "2" } });

        Assert.Equal(["b"], ((ConfigMap)result.Object).Data.Keys);
    }

    [EveryStoreFact]
    public async Task Update_AnotherWriteComesBetween_TransformsAgain()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" }, Data = { ["n"] = "0" } });
        var races = 3;
        rig.Store.BeforeWrite = () =>
        {
            rig.Store.BeforeWrite = null;
            if (races-- > 0) rig.UpdateAsync<ConfigMap>("default", "c", Increment).Wait();
        };

        var updated = await rig.UpdateAsync<ConfigMap>("default", "c", Increment);

        Assert.Equal("2", updated.Data["n"]);
    }

    [EveryStoreFact]
    public async Task Update_ManyWriters_LoseNoIncrement()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" }, Data = { ["n"] = "0" } });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await rig.UpdateAsync<ConfigMap>("default", "c", Increment);
        })));

        Assert.Equal("320", (await rig.GetAsync<ConfigMap>("default", "c")).Data["n"]);
    }

    [EveryStoreFact]
    public async Task Update_AnotherUid_ConflictsWithTheStoragePrecondition()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));

        var refusal = await RefusalAsync(() => rig.UpdateAsync<Pod>("default", "web", each => each.Metadata.Uid = "other"));

        Assert.Equal("Operation cannot be fulfilled on pods \"web\": StorageError: invalid object, Code: 4, Key: /registry/pods/default/web, "
            + $"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: {pod.Metadata.Uid}",
            refusal.Message);
    }

    [EveryStoreFact]
    public async Task Update_AbsentPod_IsNotFound()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.PutAsync(Pod("web")));

        Assert.Equal((404, "pods \"web\" not found"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Update_AbsentLease_CreatesIt()
    {
        await using var rig = await StartAsync();

        var result = await rig.PutAsync(new Lease { Metadata = new() { Name = "l", Namespace = "default" } });

        Assert.True(result.Created);
        Assert.NotEmpty(result.Object.Metadata.Uid);
    }

    [EveryStoreFact]
    public async Task Update_LeaseWithoutResourceVersion_IsInvalid()
    {
        await using var rig = await StartAsync();
        await rig.PutAsync(new Lease { Metadata = new() { Name = "l", Namespace = "default" } });

        var refusal = await RefusalAsync(() => rig.PutAsync(new Lease { Metadata = new() { Name = "l", Namespace = "default" } }));

        Assert.Equal((422, "Lease.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"),
            (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Update_ServerOwnedMetadata_StaysAsItWas()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));

        var updated = await rig.UpdateAsync<Pod>("default", "web", each =>
        {
            each.Metadata.CreationTimestamp = null;
            each.Metadata.Generation = 7;
            each.Metadata.DeletionTimestamp = pod.Metadata.CreationTimestamp;
            each.Metadata.Labels["a"] = "b";
        });

        Assert.Equal(pod.Metadata.CreationTimestamp, updated.Metadata.CreationTimestamp);
        Assert.Null(updated.Metadata.DeletionTimestamp);
        Assert.Equal(0, updated.Metadata.Generation);
        Assert.Equal("b", updated.Metadata.Labels["a"]);
    }

    [EveryStoreFact]
    public async Task UpdateStatus_Pod_TakesTheStatusAndKeepsTheSpec()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));

        var updated = await rig.UpdateAsync<Pod>("default", "web", each =>
        {
            each.Spec.NodeName = "sneaky";
            each.Status.Phase = "Running";
            each.Status.QosClass = "";
            each.Metadata.Labels["seen"] = "yes";
        }, "status");

        Assert.Equal(pod.Spec, updated.Spec);
        Assert.Equal(("Running", "BestEffort"), (updated.Status.Phase, updated.Status.QosClass));
        Assert.Equal("yes", updated.Metadata.Labels["seen"]);
    }

    [EveryStoreFact]
    public async Task Update_Pod_IgnoresTheStatus()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var updated = await rig.UpdateAsync<Pod>("default", "web", each => each.Status.Phase = "Running");

        Assert.Equal("Pending", updated.Status.Phase);
    }

    [EveryStoreFact]
    public async Task Update_DryRun_AnswersTheChangeAndStoresNothing()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        var before = rig.Store.Revision;

        var updated = await rig.UpdateAsync<Pod>("default", "web", each => each.Metadata.Labels["a"] = "b", options: new() { DryRun = { "All" } });

        Assert.Equal("b", updated.Metadata.Labels["a"]);
        Assert.Equal(before, rig.Store.Revision);
    }

    [EveryStoreFact]
    public async Task Update_StoreIsAway_IsUnavailableAndWorksAgainAfterwards()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        rig.Store.GoAway();

        var refusal = await RefusalAsync(() => rig.UpdateAsync<Pod>("default", "web", each => each.Metadata.Labels["a"] = "b"));
        rig.Store.ComeBack();
        var updated = await rig.UpdateAsync<Pod>("default", "web", each => each.Metadata.Labels["a"] = "b");

        Assert.Equal(503, refusal.Code);
        Assert.Equal("b", updated.Metadata.Labels["a"]);
    }

    private static void Increment(ConfigMap map) => map.Data["n"] = $"{int.Parse(map.Data["n"]) + 1}";
}
