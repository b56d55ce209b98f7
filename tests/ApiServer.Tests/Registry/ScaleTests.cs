using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Scales;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Autoscaling.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class ScaleTests
{
    [EveryStoreFact]
    public async Task Get_Scale_ShowsReplicasAndSelector()
    {
        await using var rig = await StartAsync();
        var deployment = await rig.CreateAsync(Workloads.Deployment("web", replicas: 3));
        await rig.UpdateAsync<Deployment>("default", "web", each => each.Status.Replicas = 2, "status");

        var scale = await GetAsync<Deployment>(rig, "web");

        Assert.Equal((3, 2, "app=web"), (scale.Spec.Replicas, scale.Status.Replicas, scale.Status.Selector));
        Assert.Equal(("web", deployment.Metadata.Uid), (scale.Metadata.Name, scale.Metadata.Uid));
    }

    [EveryStoreFact]
    public async Task Update_Scale_ChangesTheSpecAndItsGeneration()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.StatefulSet("db"));

        var scale = await UpdateAsync<StatefulSet>(rig, "db", current => current.Spec.Replicas = 4);

        var set = await rig.GetAsync<StatefulSet>("default", "db");
        Assert.Equal((4, 4, 2), (scale.Spec.Replicas, set.Spec.Replicas, set.Metadata.Generation));
        Assert.Equal(set.Metadata.ResourceVersion, scale.Metadata.ResourceVersion);
    }

    [EveryStoreFact]
    public async Task Update_StaleScale_Conflicts()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.ReplicaSet("web"));
        var old = await GetAsync<ReplicaSet>(rig, "web");
        await rig.UpdateAsync<ReplicaSet>("default", "web", each => each.Spec.Replicas = 2);

        var refusal = await RefusalAsync(() => UpdateAsync<ReplicaSet>(rig, "web", current => current.Metadata.ResourceVersion = old.Metadata.ResourceVersion));

        Assert.Equal((409, "Operation cannot be fulfilled on replicasets.apps \"web\": the object has been modified; please apply your changes to the latest version and try again"),
            (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Update_NegativeScale_IsInvalid()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.Deployment("web"));

        var refusal = await RefusalAsync(() => UpdateAsync<Deployment>(rig, "web", current => current.Spec.Replicas = -1));

        Assert.Equal((422, "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Scale_OfWhatIsNotThere_IsNotFound()
    {
        await using var rig = await StartAsync();

        var got = await RefusalAsync(() => GetAsync<Deployment>(rig, "ghost"));
        var updated = await RefusalAsync(() => UpdateAsync<Deployment>(rig, "ghost", _ => { }));

        Assert.Equal([(404, "deployments.apps \"ghost\" not found"), (404, "deployments.apps \"ghost\" not found")], new[] { got, updated }.Select(each => (each.Code, each.Message)));
    }

    private static async Task<Scale> GetAsync<T>(RegistryRig rig, string name) where T : class, Protocol.IApiObject =>
        (Scale)await new ScaleRegistry(rig.Registry<T>()).GetAsync(Anyone, "default", name, new(), default);

    private static async Task<Scale> UpdateAsync<T>(RegistryRig rig, string name, Action<Scale> change) where T : class, Protocol.IApiObject
    {
        var result = await new ScaleRegistry(rig.Registry<T>()).UpdateAsync(Anyone, "default", name, "scale", current =>
        {
            change((Scale)current!);
            return current!;
        }, new(), default);
        return (Scale)result.Object;
    }

    private static RequestContext Anyone => new(UserInfo.Admin, "test", "");
}
