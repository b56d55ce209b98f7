using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class DeleteTests
{
    [EveryStoreFact]
    public async Task Delete_PodWithoutNode_GoesAtOnceAndIsSeenModifiedFirst()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));
        var watch = await rig.WatchAsync<Pod>("default", new() { ResourceVersion = pod.Metadata.ResourceVersion });

        var result = await rig.DeleteAsync<Pod>("default", "web");

        Assert.True(result.Removed);
        var modified = await watch.NextAsync();
        var deleted = await watch.NextAsync();
        Assert.Equal(("Modified", "Deleted"), (modified.Type.ToString(), deleted.Type.ToString()));
        Assert.Equal(0, modified.Object.Metadata.DeletionGracePeriodSeconds);
        Assert.Equal($"{rig.Store.Revision}", deleted.Object.Metadata.ResourceVersion);
    }

    [EveryStoreFact]
    public async Task Delete_RunningPod_StaysForItsGraceUntilTheKubeletIsDone()
    {
        await using var rig = await StartAsync();
        var pod = await Running(rig, "web");

        var first = await rig.DeleteAsync<Pod>("default", "web");
        var again = await rig.DeleteAsync<Pod>("default", "web", new() { GracePeriodSeconds = 60 });
        var shorter = await rig.DeleteAsync<Pod>("default", "web", new() { GracePeriodSeconds = 10 });
        var last = await rig.DeleteAsync<Pod>("default", "web", new() { GracePeriodSeconds = 0, Preconditions = new() { Uid = pod.Metadata.Uid } });

        Assert.False(first.Removed);
        Assert.Equal((Noon.AddSeconds(30), 30L), Due(first.Object.Metadata));
        Assert.Equal(first.Object, again.Object);
        Assert.Equal((Noon.AddSeconds(10), 10L), Due(shorter.Object.Metadata));
        Assert.True(last.Removed);
        Assert.Equal(404, (await RefusalAsync(() => rig.GetAsync<Pod>("default", "web"))).Code);
    }

    [EveryStoreFact]
    public async Task Delete_WithAnotherUid_ConflictsOnTheKind()
    {
        await using var rig = await StartAsync();
        var pod = await Running(rig, "web");

        var refusal = await RefusalAsync(() => rig.DeleteAsync<Pod>("default", "web", new() { Preconditions = new() { Uid = "other" } }));

        Assert.Equal((409, "Operation cannot be fulfilled on Pod \"web\": the UID in the precondition (other) does not match the UID in record "
            + $"({pod.Metadata.Uid}). The object might have been deleted and then recreated"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Delete_FinalizersAreLeft_EndsWithTheUpdateThatTakesTheLast()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default", Finalizers = { "example.com/hold" } } });

        var result = await rig.DeleteAsync<ConfigMap>("default", "c");
        var still = await rig.GetAsync<ConfigMap>("default", "c");
        await rig.UpdateAsync<ConfigMap>("default", "c", map => map.Metadata.Finalizers.Clear());

        Assert.False(result.Removed);
        Assert.Equal((Noon, 0L), Due(still.Metadata));
        Assert.Equal(404, (await RefusalAsync(() => rig.GetAsync<ConfigMap>("default", "c"))).Code);
    }

    [EveryStoreTheory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task Delete_WithAPolicy_LeavesTheGarbageCollectorsFinalizer(string policy, string finalizer)
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" } });

        var result = await rig.DeleteAsync<ConfigMap>("default", "c", new() { PropagationPolicy = policy });

        Assert.Equal([finalizer], result.Object.Metadata.Finalizers);
        Assert.NotNull(result.Object.Metadata.DeletionTimestamp);
    }

    [EveryStoreFact]
    public async Task Delete_DryRun_RemovesNothing()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        var before = rig.Store.Revision;

        var result = await rig.DeleteAsync<Pod>("default", "web", new() { DryRun = { "All" } });

        Assert.True(result.Removed);
        Assert.Equal(before, rig.Store.Revision);
    }

    [EveryStoreTheory]
    [InlineData("default")]
    public async Task Delete_NamespaceThatMustStay_IsForbidden(string name)
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.DeleteAsync<Namespace>("", name));

        Assert.Equal($"namespaces \"{name}\" is forbidden: this namespace may not be deleted", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Delete_Namespace_TerminatesUntilItIsFinalized()
    {
        await using var rig = await StartAsync();
        var created = await rig.CreateAsync(new Namespace { Metadata = new() { Name = "doomed" } });

        var result = await rig.DeleteAsync<Namespace>("", "doomed");
        await rig.UpdateAsync<Namespace>("", "doomed", ns => ns.Spec.Finalizers.Clear(), "finalize");

        Assert.Equal("Active", created.Status.Phase);
        Assert.Equal(["kubernetes"], created.Spec.Finalizers);
        Assert.Equal("Terminating", ((Namespace)result.Object).Status.Phase);
        Assert.Equal(404, (await RefusalAsync(() => rig.GetAsync<Namespace>("", "doomed"))).Code);
    }

    [EveryStoreFact]
    public async Task DeleteCollection_WithASelector_DeletesWhatItSelects()
    {
        await using var rig = await StartAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = name, Namespace = "default", Labels = { ["odd"] = name == "b" ? "no" : "yes" } } });
        }

        var deleted = await rig.Registry<ConfigMap>().DeleteCollectionAsync(
            MiniK8s.ApiServer.Registry.RequestContext.Internal(), "default", new(), new() { LabelSelector = "odd=yes" }, default);

        Assert.Equal(["a", "c"], deleted.Items.Select(item => item.Metadata.Name));
        Assert.Equal(["b"], (await rig.ListAsync<ConfigMap>("default")).Items.Select(item => item.Metadata.Name));
    }

    private static async Task<Pod> Running(RegistryRig rig, string name)
    {
        await rig.CreateAsync(Pod(name));
        await rig.BindAsync(name, "n1");
        return await rig.UpdateAsync<Pod>("default", name, pod => pod.Status.Phase = "Running", "status");
    }

    private static (DateTimeOffset, long) Due(ObjectMeta metadata) =>
        (metadata.DeletionTimestamp.ToDateTimeOffset(), metadata.DeletionGracePeriodSeconds);
}
