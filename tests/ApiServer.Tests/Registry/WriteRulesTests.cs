using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

/// <summary>Rules of the write verbs that hold for every kind, seen through the registry.</summary>
[Collection(SharedStores.Collection)]
public sealed class WriteRulesTests
{
    [EveryStoreFact]
    public async Task Create_GeneratedNamesAreAllTaken_GivesUpAfterEightAndSaysWhenToTryAgain()
    {
        var chance = new SameNames();
        await using var rig = await StartAsync(chance: chance);
        Task<Pod> Create() => rig.CreateAsync(Pod("", pod => pod.Metadata.GenerateName = "web-"));
        var first = await Create();
        chance.Draws = 0;

        var refusal = await RefusalAsync(Create);

        Assert.Equal((409, "AlreadyExists", 1,
            $"pods \"{first.Metadata.Name}\" already exists, the server was not able to generate a unique name for the object"),
            (refusal.Code, refusal.Reason, refusal.Details.RetryAfterSeconds, refusal.Message));
        Assert.Equal(8 * 5, chance.Draws);
    }

    [EveryStoreFact]
    public async Task Create_LongGenerateName_IsCut()
    {
        await using var rig = await StartAsync();

        var pod = await rig.CreateAsync(Pod("", each => each.Metadata.GenerateName = new string('a', 70)));

        Assert.Matches("^a{58}[bcdfghjklmnpqrstvwxz2456789]{5}$", pod.Metadata.Name);
    }

    [EveryStoreFact]
    public async Task Delete_WithAnotherResourceVersion_ConflictsOnTheKind()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));

        var refusal = await RefusalAsync(() => rig.DeleteAsync<Pod>("default", "web", new() { Preconditions = new() { ResourceVersion = "1" } }));

        Assert.Equal((409, "Operation cannot be fulfilled on Pod \"web\": the ResourceVersion in the precondition (1) does not match the ResourceVersion "
            + $"in record ({pod.Metadata.ResourceVersion}). The object might have been modified"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Update_NewFinalizerOnADyingObject_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default", Finalizers = { "a/b" } } });
        await rig.DeleteAsync<ConfigMap>("default", "c");

        var refusal = await RefusalAsync(() => rig.UpdateAsync<ConfigMap>("default", "c", map => map.Metadata.Finalizers.Add("c/d")));

        Assert.Equal("ConfigMap \"c\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
            + "found new finalizers []string{\"c/d\"}", refusal.Message);
    }

    [EveryStoreFact]
    public async Task DryRun_OfEveryVerb_StoresNothing()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web"));
        var before = rig.Store.Revision;
        var dry = new UpdateOptions { DryRun = { "All" } };
        var dryDelete = new DeleteOptions { DryRun = { "All" } };

        await rig.CreateAsync(Pod("other"), new() { DryRun = { "All" } });
        await rig.UpdateAsync<Pod>("default", "web", each => each.Metadata.Labels["a"] = "b", options: dry);
        await rig.UpdateAsync<Pod>("default", "web", each => each.Status.Phase = "Running", "status", dry);
        await rig.DeleteAsync<Pod>("default", "web", dryDelete);
        var swept = await rig.Registry<Pod>().DeleteCollectionAsync(new(UserInfo.Admin, "", ""), "default", dryDelete, new(), default);

        Assert.Single(swept.Items);
        Assert.Equal((before, pod), (rig.Store.Revision, await rig.GetAsync<Pod>("default", "web")));
    }

    [EveryStoreFact]
    public async Task Update_FromNothingToZero_IsAChange()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        await rig.UpdateAsync<Pod>("default", "web", pod => pod.Status.ContainerStatuses.Add(new ContainerStatus { Name = "c" }), "status");
        await rig.SettledAsync();       // an update begins with what the cache holds

        await rig.UpdateAsync<Pod>("default", "web", pod => pod.Status.ContainerStatuses[0].Started = false, "status");

        Assert.True((await rig.GetAsync<Pod>("default", "web")).Status.ContainerStatuses[0].HasStarted);
    }

    [EveryStoreTheory]
    [InlineData("configmap", "ConfigMap \"x\" is invalid: data: Forbidden: field is immutable when `immutable` is set")]
    [InlineData("service", "Service \"x\" is invalid: spec.clusterIPs[0]: Invalid value: []string{\"10.96.0.99\"}: may not change once set")]
    [InlineData("name", "the name of the object (z) does not match the name on the URL (x)")]
    public async Task Update_WhatMayNotChange_IsRefusedInKubernetesWords(string what, string message)
    {
        await using var rig = await StartAsync();
        var refusal = await RefusalAsync(() => what switch
        {
            "configmap" => ChangeAsync(rig, new ConfigMap { Immutable = true, Data = { ["a"] = "1" } }, map => map.Data["a"] = "2"),
            "service" => ChangeAsync(rig, new Service { Spec = new() { Ports = { new ServicePort { Port = 80 } } } }, service =>
            {
                service.Spec.ClusterIp = "10.96.0.99";
                service.Spec.ClusterIps[0] = "10.96.0.99";
            }),
            _ => ChangeAsync(rig, new ConfigMap(), map => map.Metadata.Name = "z"),
        });

        Assert.Equal(message, refusal.Message);
    }

    private static async Task ChangeAsync<T>(RegistryRig rig, T obj, Action<T> change) where T : class, Protocol.IApiObject
    {
        obj.Metadata = new() { Name = "x", Namespace = "default" };
        await rig.CreateAsync(obj);
        await rig.UpdateAsync("default", "x", change);
    }

    /// <summary>Always draws the same characters; uids and addresses are new all the same.</summary>
    private sealed class SameNames : IIdentitySource
    {
        private int _next;

        public int Draws { get; set; }

        public string NextUid() => Guid.NewGuid().ToString();

        public int Next(int bound)
        {
            Draws++;
            return bound == 27 ? 0 : _next++ % bound;
        }
    }
}
