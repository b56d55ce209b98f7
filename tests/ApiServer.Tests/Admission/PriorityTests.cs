using MiniK8s.Api.Rules;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Scheduling.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Admission;

[Collection(SharedStores.Collection)]
public sealed class PriorityTests
{
    [EveryStoreFact]
    public async Task Create_PodOfAClass_GetsItsPriority()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class("high", 1000, preempts: false));

        var pod = await rig.CreateAsync(Pod("web", each => each.Spec.PriorityClassName = "high"));

        Assert.Equal((1000, "Never"), (pod.Spec.Priority, pod.Spec.PreemptionPolicy));
    }

    [EveryStoreFact]
    public async Task Create_PodOfNoClass_GetsTheDefault()
    {
        await using var rig = await StartAsync();
        var before = await rig.CreateAsync(Pod("before"));
        await rig.CreateAsync(Class("usual", 7, isDefault: true));
        await rig.SettledAsync();

        var after = await rig.CreateAsync(Pod("after"));

        Assert.Equal((0, "", "PreemptLowerPriority"), (before.Spec.Priority, before.Spec.PriorityClassName, before.Spec.PreemptionPolicy));
        Assert.Equal((7, "usual"), (after.Spec.Priority, after.Spec.PriorityClassName));
    }

    [EveryStoreFact]
    public async Task Create_PodOfAnUnknownClass_IsForbidden()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => each.Spec.PriorityClassName = "ghost")));

        Assert.Equal((403, "pods \"web\" is forbidden: no PriorityClass with name ghost was found"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Create_PodThatSaysOtherwise_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class("high", 1000));

        var number = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => (each.Spec.PriorityClassName, each.Spec.Priority) = ("high", 5))));
        var policy = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => (each.Spec.PriorityClassName, each.Spec.PreemptionPolicy) = ("high", "Never"))));

        Assert.Equal("pods \"web\" is forbidden: the integer value of priority (5) must not be provided in pod spec; "
            + "priority admission controller computed 1000 from the given PriorityClass name", number.Message);
        Assert.Equal("pods \"web\" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; "
            + "priority admission controller computed PreemptLowerPriority from the given PriorityClass name", policy.Message);
    }

    [EveryStoreFact]
    public async Task Create_SecondDefault_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class("one", 1, isDefault: true));
        await rig.CreateAsync(Class("two", 2));
        await rig.SettledAsync();

        var created = await RefusalAsync(() => rig.CreateAsync(Class("three", 3, isDefault: true)));
        var updated = await RefusalAsync(() => rig.UpdateAsync<PriorityClass>("", "two", each => each.GlobalDefault = true));
        var same = await rig.UpdateAsync<PriorityClass>("", "one", each => each.Description = "still");

        Assert.Equal((403, "priorityclasses.scheduling.k8s.io \"three\" is forbidden: PriorityClass one is already marked as default. Only one default can exist"), (created.Code, created.Message));
        Assert.Equal(403, updated.Code);
        Assert.Equal((true, 1), (same.GlobalDefault, same.Metadata.Generation));
    }

    [EveryStoreFact]
    public async Task Delete_SystemClass_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(SystemPriorityClasses.All[0].Clone());
        await rig.CreateAsync(Class("mine", 1));

        var refusal = await RefusalAsync(() => rig.DeleteAsync<PriorityClass>("", "system-node-critical"));
        var mine = await rig.DeleteAsync<PriorityClass>("", "mine");

        Assert.Equal((403, "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"), (refusal.Code, refusal.Message));
        Assert.True(mine.Removed);
    }

    private static PriorityClass Class(string name, int value, bool isDefault = false, bool preempts = true)
    {
        var made = new PriorityClass { Metadata = new() { Name = name }, Value = value, GlobalDefault = isDefault };
        if (!preempts) made.PreemptionPolicy = "Never";
        return made;
    }
}
