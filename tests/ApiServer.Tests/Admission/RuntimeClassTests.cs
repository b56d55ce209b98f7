using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Nodes.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Admission;

[Collection(SharedStores.Collection)]
public sealed class RuntimeClassTests
{
    private const string Forbidden = "pods \"web\" is forbidden: ";

    [EveryStoreFact]
    public async Task Create_PodOfAnUnknownClass_IsForbidden()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => each.Spec.RuntimeClassName = "ghost")));

        Assert.Equal((403, Forbidden + "pod rejected: RuntimeClass \"ghost\" not found"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Create_PodOfAClass_GetsItsOverheadAndItsPlaces()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class());

        var pod = await rig.CreateAsync(Pod("web", each =>
        {
            each.Spec.RuntimeClassName = "kata";
            each.Spec.NodeSelector["disk"] = "ssd";
            each.Spec.Tolerations.Add(new Toleration { Key = "sandboxed", Operator = "Equal", Value = "yes", Effect = "NoSchedule" });
        }));

        Assert.Equal("250m", pod.Spec.Overhead["cpu"]);
        Assert.Equal(["disk=ssd", "runtime=kata"], pod.Spec.NodeSelector.Select(each => $"{each.Key}={each.Value}").Order(StringComparer.Ordinal));
        // The class tolerates any value: the pod's own says nothing more.
        Assert.Equal(["Exists"], pod.Spec.Tolerations.Where(each => each.Key == "sandboxed").Select(each => each.Operator));
    }

    [EveryStoreFact]
    public async Task Create_PodWithTheClassesOverhead_IsLetIn()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class());

        var pod = await rig.CreateAsync(Pod("web", each => (each.Spec.RuntimeClassName, each.Spec.Overhead["cpu"]) = ("kata", "0.25")));

        Assert.Equal("250m", pod.Spec.Overhead["cpu"]);
    }

    [EveryStoreFact]
    public async Task Create_PodWithAnotherOverhead_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class());
        await rig.CreateAsync(new RuntimeClass { Metadata = new() { Name = "plain" }, Handler = "runc" });

        var differs = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => (each.Spec.RuntimeClassName, each.Spec.Overhead["cpu"]) = ("kata", "1"))));
        var none = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => (each.Spec.RuntimeClassName, each.Spec.Overhead["cpu"]) = ("plain", "1"))));
        var unasked = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => each.Spec.Overhead["cpu"] = "1")));

        Assert.Equal(Forbidden + "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead", differs.Message);
        Assert.All([none, unasked], refusal => Assert.Equal(Forbidden + "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead", refusal.Message));
    }

    [EveryStoreFact]
    public async Task Create_PodThatWantsOtherNodes_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Class());

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", each => (each.Spec.RuntimeClassName, each.Spec.NodeSelector["runtime"]) = ("kata", "runc"))));

        Assert.Equal(Forbidden + "conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata; pod.spec.nodeSelector[runtime] = runc", refusal.Message);
    }

    private static RuntimeClass Class()
    {
        var made = new RuntimeClass { Metadata = new() { Name = "kata" }, Handler = "kata", Overhead = new Overhead(), Scheduling = new Scheduling() };
        made.Overhead.PodFixed["cpu"] = "250m";
        made.Scheduling.NodeSelector["runtime"] = "kata";
        made.Scheduling.Tolerations.Add(new Toleration { Key = "sandboxed", Operator = "Exists", Effect = "NoSchedule" });
        return made;
    }
}
