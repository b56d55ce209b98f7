using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class WorkloadTests
{
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    [EveryStoreFact]
    public async Task Generation_CountsChangesOfTheSpecAlone()
    {
        await using var rig = await StartAsync();

        var created = await rig.CreateAsync(Workloads.ReplicaSet("web"));
        var labelled = await rig.UpdateAsync<ReplicaSet>("default", "web", each => each.Metadata.Labels["a"] = "b");
        var scaled = await rig.UpdateAsync<ReplicaSet>("default", "web", each => each.Spec.Replicas = 5);
        var reported = await rig.UpdateAsync<ReplicaSet>("default", "web", each => (each.Status.Replicas, each.Spec.Replicas) = (4, 9), "status");

        Assert.Equal([1, 1, 2, 2], [.. new[] { created, labelled, scaled, reported }.Select(each => each.Metadata.Generation)]);
        Assert.Equal((5, 4), (reported.Spec.Replicas, reported.Status.Replicas));
    }

    [EveryStoreFact]
    public async Task Generation_OfAPodTemplate_CountsChangesOfTheTemplate()
    {
        await using var rig = await StartAsync();
        var template = new PodTemplate { Metadata = new() { Namespace = "default", Name = "web" }, Template = Workloads.ReplicaSet("web").Spec.Template };

        var created = await rig.CreateAsync(template);
        var labelled = await rig.UpdateAsync<PodTemplate>("default", "web", each => each.Metadata.Labels["a"] = "b");
        var changed = await rig.UpdateAsync<PodTemplate>("default", "web", each => each.Template.Metadata.Labels["a"] = "b");

        Assert.Equal([1, 1, 2], [.. new[] { created, labelled, changed }.Select(each => each.Metadata.Generation)]);
        Assert.Equal(("Always", "ClusterFirst"), (created.Template.Spec.RestartPolicy, created.Template.Spec.DnsPolicy));
    }

    [EveryStoreFact]
    public async Task Generation_OfADeployment_CountsAnnotationsToo()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.Deployment("web"));

        var annotated = await rig.UpdateAsync<Deployment>("default", "web", each => each.Metadata.Annotations["a"] = "b");
        var reported = await rig.UpdateAsync<Deployment>("default", "web", each =>
        {
            each.Metadata.Annotations["c"] = "d";
            each.Metadata.Labels["e"] = "f";
        }, "status");

        Assert.Equal((2, 2), (annotated.Metadata.Generation, reported.Metadata.Generation));
        Assert.Empty(reported.Metadata.Labels);
    }

    [EveryStoreFact]
    public async Task Generation_OfADeletionThatWaits_IsOneMore()
    {
        await using var rig = await StartAsync();
        var deployment = Workloads.Deployment("web");
        deployment.Metadata.Finalizers.Add("test/wait");
        await rig.CreateAsync(deployment);

        var result = await rig.DeleteAsync<Deployment>("default", "web");

        Assert.Equal((2, false), (result.Object.Metadata.Generation, result.Removed));
    }

    [EveryStoreFact]
    public async Task Create_StatusOfTheClient_IsForgotten()
    {
        await using var rig = await StartAsync();
        var deployment = Workloads.Deployment("web");
        deployment.Status = new() { ReadyReplicas = 7 };

        var created = await rig.CreateAsync(deployment);
        var updated = await rig.UpdateAsync<Deployment>("default", "web", each => each.Status.ReadyReplicas = 7);

        Assert.Equal((0, 0), (created.Status.ReadyReplicas, updated.Status.ReadyReplicas));
    }

    [EveryStoreFact]
    public async Task Update_DaemonSetTemplate_IsCountedInAnAnnotation()
    {
        await using var rig = await StartAsync();

        var created = await rig.CreateAsync(Workloads.DaemonSet("agent"));
        var other = await rig.UpdateAsync<DaemonSet>("default", "agent", each => each.Spec.MinReadySeconds = 3);
        var changed = await rig.UpdateAsync<DaemonSet>("default", "agent", each =>
        {
            each.Metadata.Annotations.Clear();
            each.Spec.Template.Spec.Containers[0].Image = "nginx:2";
        });

        Assert.Equal(["1", "1", "2"], new[] { created, other, changed }.Select(each => each.Metadata.Annotations[TemplateGeneration]));
        Assert.Equal([1, 2, 3], new[] { created, other, changed }.Select(each => each.Metadata.Generation));
    }

    [EveryStoreFact]
    public async Task Update_Selector_IsRefusedInKubernetesWords()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.Deployment("web"));

        var refusal = await RefusalAsync(() => rig.UpdateAsync<Deployment>("default", "web", each =>
        {
            each.Spec.Selector.MatchLabels["app"] = "other";
            each.Spec.Template.Metadata.Labels["app"] = "other";
        }));

        Assert.Equal((422, "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"other\"}, "
            + "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task List_ByStatus_KnowsTheFieldsOfKubernetes()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Workloads.ReplicaSet("one"));
        await rig.CreateAsync(Workloads.ReplicaSet("two"));
        await rig.UpdateAsync<ReplicaSet>("default", "two", each => each.Status.Replicas = 3, "status");

        var replicaSets = await rig.ListAsync<ReplicaSet>("default", new() { FieldSelector = "status.replicas=3" });
        var refusal = await RefusalAsync(() => rig.ListAsync<Deployment>("default", new() { FieldSelector = "status.replicas=3" }));

        Assert.Equal(["two"], replicaSets.Items.Select(item => item.Metadata.Name));
        Assert.Equal("field label not supported: status.replicas", refusal.Message);
    }
}
