using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class BindingTests
{
    private const string Head = "Operation cannot be fulfilled on pods/binding \"web\": ";

    [EveryStoreFact]
    public async Task Bind_PendingPod_SetsNodeConditionAndAnnotations()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var status = await rig.BindAsync("web", "n1", binding => binding.Metadata.Annotations["a"] = "b");

        var pod = await rig.GetAsync<Pod>("default", "web");
        Assert.Equal(("Success", 201), (status.Status_, status.Code));
        Assert.Equal(("n1", "b"), (pod.Spec.NodeName, pod.Metadata.Annotations["a"]));
        var condition = pod.Status.Conditions.Single();
        Assert.Equal(("PodScheduled", "True", ""), (condition.Type, condition.Status, condition.Reason));
        Assert.Equal(Noon, condition.LastTransitionTime.ToDateTimeOffset());
    }

    [EveryStoreFact]
    public async Task Bind_AssignedPod_ConflictsEvenForTheSameNode()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        await rig.BindAsync("web", "n1");

        var refusal = await RefusalAsync(() => rig.BindAsync("web", "n1"));

        Assert.Equal((409, Head + "pod web is already assigned to node \"n1\""), (refusal.Code, refusal.Message));
        Assert.Equal("pods/binding", refusal.Details.Kind);
    }

    [EveryStoreFact]
    public async Task Bind_PodBeingDeleted_Conflicts()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web", pod => pod.Metadata.Finalizers.Add("example.com/hold")));
        await rig.DeleteAsync<Pod>("default", "web");

        var refusal = await RefusalAsync(() => rig.BindAsync("web", "n1"));

        Assert.Equal(Head + "pod web is being deleted, cannot be assigned to a host", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Bind_GatedPod_Conflicts()
    {
        await using var rig = await StartAsync();
        var pod = await rig.CreateAsync(Pod("web", pod => pod.Spec.SchedulingGates.Add(new PodSchedulingGate { Name = "example.com/wait" })));

        var refusal = await RefusalAsync(() => rig.BindAsync("web", "n1"));

        Assert.Equal(Head + "pod web has non-empty .spec.schedulingGates", refusal.Message);
        Assert.Equal("SchedulingGated", pod.Status.Conditions.Single().Reason);
    }

    [EveryStoreFact]
    public async Task Bind_WithAnotherUid_Conflicts()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var refusal = await RefusalAsync(() => rig.BindAsync("web", "n1", binding => binding.Metadata.Uid = "other"));

        Assert.Equal(409, refusal.Code);
    }

    [EveryStoreTheory]
    [InlineData("Pod", "n1", "target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\"")]
    [InlineData("Node", "", "target.name: Required value")]
    public async Task Bind_BadTarget_IsABadRequest(string kind, string node, string message)
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var refusal = await RefusalAsync(() => rig.BindAsync("web", node, binding => binding.Target.Kind = kind));

        Assert.Equal((400, message), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Bind_TwoAtOnce_OneWins()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            try
            {
                await rig.BindAsync("web", $"n{n}");
                return $"n{n}";
            }
            catch (Api.Errors.ApiException)
            {
                return null;
            }
        }));

        Assert.Equal((await rig.GetAsync<Pod>("default", "web")).Spec.NodeName, outcomes.OfType<string>().Single());
    }
}
