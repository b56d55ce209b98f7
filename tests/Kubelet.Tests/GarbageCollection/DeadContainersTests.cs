using MiniK8s.Kubelet.GarbageCollection;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Simulation;

namespace MiniK8s.Kubelet.Tests.GarbageCollection;

public sealed class DeadContainersTests : IAsyncLifetime
{
    private readonly SimLab _lab = new();
    private readonly HashSet<string> _over = [];

    [Fact]
    public async Task Remove_PodThatGoesOn_KeepsTheNewestThatHasEndedOfEachContainer()
    {
        var pod = await _lab.PodAsync();
        await EndedAsync(pod, "c", 0);
        await EndedAsync(pod, "c", 1);
        await EndedAsync(pod, "c", 2);
        await EndedAsync(pod, "init", 0);
        await pod.StartAsync(new ContainerConfig { Name = "c", Attempt = 3, Image = "busybox", Command = ["sleep", "1000"] });

        await RemoveAsync();

        Assert.Equal(["c 2", "c 3", "init 0"], (await _lab.Runtime.ListContainersAsync(null, default)).Select(container => $"{container.Name} {container.Attempt}").Order());
        Assert.Single(await _lab.Runtime.ListPodSandboxesAsync(null, default));
    }

    [Fact]
    public async Task Remove_PodThatIsOver_LeavesNothingOfItOnTheDisk()
    {
        var before = _lab.Node.Usage.Read();
        var pod = await _lab.PodAsync();
        var other = await _lab.PodAsync();
        var kept = await EndedAsync(other, "c", 0);
        var ended = await EndedAsync(pod, "c", 0, "dd if=/dev/zero of=/big bs=1M count=3");
        _over.Add((await _lab.StatusAsync(ended)).PodUid);
        await _lab.Runtime.StopPodSandboxAsync(pod.SandboxId, default);
        var full = _lab.Node.Usage.Read();

        await RemoveAsync();

        Assert.Equal([kept], (await _lab.Runtime.ListContainersAsync(null, default)).Select(container => container.Id));
        Assert.Equal([other.SandboxId], (await _lab.Runtime.ListPodSandboxesAsync(null, default)).Select(sandbox => sandbox.Id));
        Assert.True(full.DiskBytes - _lab.Node.Usage.Read().DiskBytes >= 3 << 20, "it has given its disk back");
        Assert.True(full.DiskBytes - before.DiskBytes >= 3 << 20, "it had written");
    }

    [Fact]
    public async Task Remove_SandboxesReplaced_GoOnceTheyAreEmpty()
    {
        var config = new PodSandboxConfig { Name = "p", Namespace = "default", Uid = "u" };
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var id = await _lab.Runtime.RunPodSandboxAsync(config with { Attempt = attempt }, default);
            if (attempt == 1) await EndedAsync(new SimPod(_lab, id, ""), "c", 0);
            await _lab.Runtime.StopPodSandboxAsync(id, default);
        }

        await RemoveAsync();

        Assert.Equal([1, 2], (await _lab.Runtime.ListPodSandboxesAsync(null, default)).Select(sandbox => sandbox.Config.Attempt).Order());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    private Task RemoveAsync() => new DeadContainers(_lab.Runtime, _over.Contains).RemoveAsync(default);

    private async Task<string> EndedAsync(SimPod pod, string name, int attempt, string script = "true")
    {
        var id = await pod.StartAsync(new ContainerConfig { Name = name, Attempt = attempt, Image = "busybox", Command = ["sh", "-c", script] });
        await _lab.EndAsync(id);
        return id;
    }
}
