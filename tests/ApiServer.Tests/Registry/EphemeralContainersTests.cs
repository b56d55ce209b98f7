using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class EphemeralContainersTests
{
    private const string Subresource = "ephemeralcontainers";

    [EveryStoreFact]
    public async Task Update_AddsOne_AndNothingElse()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        await rig.UpdateAsync<Pod>("default", "web", pod =>
        {
            pod.Metadata.Labels["x"] = "y";
            pod.Spec.Containers[0].Image = "other";
            pod.Status.Phase = "Failed";
            pod.Spec.EphemeralContainers.Add(Debugger("debugger"));
        }, Subresource);

        var pod = await rig.GetAsync<Pod>("default", "web");
        var added = Assert.Single(pod.Spec.EphemeralContainers);
        Assert.Equal(("debugger", "c", "IfNotPresent"), (added.EphemeralContainerCommon.Name, added.TargetContainerName, added.EphemeralContainerCommon.ImagePullPolicy));
        Assert.Equal((0, "nginx:1.25", "Pending"), (pod.Metadata.Labels.Count, pod.Spec.Containers[0].Image, pod.Status.Phase));
    }

    [EveryStoreFact]
    public async Task Update_ChangesOrRemovesOne_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        await rig.UpdateAsync<Pod>("default", "web", pod => pod.Spec.EphemeralContainers.Add(Debugger("debugger")), Subresource);
        await rig.SettledAsync();       // an update begins with what the cache holds

        var removed = await RefusalAsync(() => rig.UpdateAsync<Pod>("default", "web", pod => pod.Spec.EphemeralContainers.Clear(), Subresource));
        var changed = await RefusalAsync(() => rig.UpdateAsync<Pod>(
            "default", "web", pod => pod.Spec.EphemeralContainers[0].EphemeralContainerCommon.Image = "alpine", Subresource));

        Assert.Equal((422, "Pod \"web\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be removed\n"), (removed.Code, removed.Message));
        Assert.StartsWith("Pod \"web\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be changed\n", changed.Message);
    }

    [EveryStoreFact]
    public async Task Update_BadOnes_AreRefusedInKubernetesWords()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var target = await AddAsync(container => container.TargetContainerName = "nope");
        var name = await AddAsync(container => container.EphemeralContainerCommon.Name = "c");
        var ports = await AddAsync(container => container.EphemeralContainerCommon.Ports.Add(new ContainerPort { ContainerPort_ = 80 }));

        Assert.Equal("Pod \"web\" is invalid: spec.ephemeralContainers[0].targetContainerName: Not found: \"nope\"", target);
        Assert.Equal("Pod \"web\" is invalid: spec.ephemeralContainers[0].name: Duplicate value: \"c\"", name);
        Assert.Equal("Pod \"web\" is invalid: spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container", ports);

        async Task<string> AddAsync(Action<EphemeralContainer> change) => (await RefusalAsync(() => rig.UpdateAsync<Pod>("default", "web", pod =>
        {
            var container = Debugger("debugger");
            change(container);
            pod.Spec.EphemeralContainers.Add(container);
        }, Subresource))).Message;
    }

    [EveryStoreFact]
    public async Task Update_MirrorPod_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web", pod =>
        {
            pod.Metadata.Annotations["kubernetes.io/config.mirror"] = "x";
            pod.Spec.NodeName = "n1";
        }));

        var refusal = await RefusalAsync(() => rig.UpdateAsync<Pod>("default", "web", pod => pod.Spec.EphemeralContainers.Add(Debugger("debugger")), Subresource));

        Assert.Contains("Forbidden: static pods do not support ephemeral containers", refusal.Message);
    }

    private static EphemeralContainer Debugger(string name) => new()
    {
        EphemeralContainerCommon = new() { Name = name, Image = "busybox:1.36", TerminationMessagePolicy = "File" },
        TargetContainerName = "c",
    };
}
