using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Admission;

[Collection(SharedStores.Collection)]
public sealed class NodeRestrictionTests
{
    private static readonly UserInfo N1 = new("system:node:n1", ["system:nodes", "system:authenticated"]);

    [EveryStoreFact]
    public async Task Node_CreatesItselfTaintedAndNoOther()
    {
        await using var rig = await StartAsync();

        var own = await rig.CreateAsync(Node("n1"), user: N1);
        var refusal = await RefusalAsync(() => rig.CreateAsync(Node("n2"), user: N1));

        Assert.Equal("node.kubernetes.io/not-ready NoSchedule", own.Spec.Taints.Select(taint => $"{taint.Key} {taint.Effect}").Single());
        Assert.Equal("nodes \"n2\" is forbidden: node \"n1\" is not allowed to modify node \"n2\"", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Node_MayNotTakeOffItsTaintsNorSetRestrictedLabels()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Node("n1"), user: N1);

        var taints = await RefusalAsync(() => rig.UpdateAsync<Node>("", "n1", node => node.Spec.Taints.Clear(), user: N1));
        var labels = await RefusalAsync(() => rig.UpdateAsync<Node>("", "n1", node => node.Metadata.Labels["node-restriction.kubernetes.io/x"] = "y", user: N1));
        var status = await rig.UpdateAsync<Node>("", "n1", node => node.Status.Phase = "Running", "status", user: N1);

        Assert.EndsWith("node \"n1\" is not allowed to modify taints", taints.Message);
        Assert.EndsWith("node \"n1\" is not allowed to modify labels: node-restriction.kubernetes.io/x", labels.Message);
        Assert.Equal("Running", status.Status.Phase);
    }

    [EveryStoreFact]
    public async Task Node_TouchesOnlyThePodsBoundToIt()
    {
        await using var rig = await StartAsync();
        foreach (var (pod, node) in (ValueTuple<string, string>[])[("mine", "n1"), ("other", "n2")])
        {
            await rig.CreateAsync(Pod(pod));
            await rig.BindAsync(pod, node);
        }

        await rig.UpdateAsync<Pod>("default", "mine", pod => pod.Status.Phase = "Running", "status", user: N1);
        var status = await RefusalAsync(() => rig.UpdateAsync<Pod>("default", "other", pod => pod.Status.Phase = "Running", "status", user: N1));
        var delete = await RefusalAsync(() => rig.DeleteAsync<Pod>("default", "other", user: N1));
        var create = await RefusalAsync(() => rig.CreateAsync(Pod("new"), user: N1));

        Assert.EndsWith("node \"n1\" can only update pod status for pods with spec.nodeName set to itself", status.Message);
        Assert.EndsWith("node \"n1\" can only delete pods with spec.nodeName set to itself", delete.Message);
        Assert.EndsWith("pod does not have \"kubernetes.io/config.mirror\" annotation, node \"n1\" can only create mirror pods", create.Message);
    }

    private static Node Node(string name) => new() { Metadata = new() { Name = name } };
}
