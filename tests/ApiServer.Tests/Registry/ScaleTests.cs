using System.Text;

using MiniK8s.Api.ManagedFields;
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
    public async Task Apply_Scale_ConflictsWithWhoHasSetTheReplicas_AndTakesThemByForce()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.Deployment("web", replicas: 3));

        var conflict = await RefusalAsync(() => ApplyAsync(rig, "web", 5));
        var forced = await ApplyAsync(rig, "web", 5, force: true);
        var again = await ApplyAsync(rig, "web", 6);

        Assert.Equal((409, "Apply failed with 1 conflict: conflict with \"test\" using autoscaling/v1: .spec.replicas"), (conflict.Code, conflict.Message));
        Assert.Equal((5, 6), (forced.Spec.Replicas, again.Spec.Replicas));
        var deployment = await rig.GetAsync<Deployment>("default", "web");
        var own = deployment.Metadata.ManagedFields.Single(entry => entry.Manager == "me");
        Assert.Equal((6, "Apply", "apps/v1", "scale"), (deployment.Spec.Replicas, own.Operation, own.ApiVersion, own.Subresource));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", own.FieldsV1.Raw.ToStringUtf8());
        Assert.DoesNotContain("f:replicas", deployment.Metadata.ManagedFields.Single(entry => entry.Manager == "test").FieldsV1.Raw.ToStringUtf8());
    }

    [EveryStoreFact]
    public async Task Apply_ScaleThatIsNone_IsRefused()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.Deployment("web", replicas: 3));

        var negative = await RefusalAsync(() => ApplyAsync(rig, "web", -1, force: true));
        var absent = await RefusalAsync(() => ApplyAsync(rig, "ghost", 1));
        var other = await RefusalAsync(() => ApplyAsync(rig, "web", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}"));
        var unknown = await RefusalAsync(() => ApplyAsync(rig, "web", "apiVersion: autoscaling/v1\nkind: Scale\nmetadata: {name: web}\nspec: {replica: 1}"));

        Assert.Equal((422, "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"), (negative.Code, negative.Message));
        Assert.Equal((404, "deployments.apps \"ghost\" not found"), (absent.Code, absent.Message));
        Assert.Equal((400, "invalid object type: apps/v1, Kind=Deployment"), (other.Code, other.Message));
        Assert.Equal((500, "failed to create typed patch object (/web; autoscaling/v1, Kind=Scale): .spec.replica: field not declared in schema"), (unknown.Code, unknown.Message));
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

    private static Task<Scale> ApplyAsync(RegistryRig rig, string name, int replicas, bool force = false) =>
        ApplyAsync(rig, name, $"apiVersion: autoscaling/v1\nkind: Scale\nmetadata: {{name: {name}}}\nspec: {{replicas: {replicas}}}", force);

    private static async Task<Scale> ApplyAsync(RegistryRig rig, string name, string yaml, bool force = false)
    {
        var apply = new ApplyRequest(ApplyConfiguration.Read(Encoding.UTF8.GetBytes(yaml)), new() { FieldManager = "me", Force = force }, () => { });
        return (Scale)(await new ScaleRegistry(rig.Registry<Deployment>()).ApplyAsync(Anyone, "default", name, "scale", apply, default)).Object;
    }

    private static RequestContext Anyone => new(UserInfo.Admin, "test", "");
}
