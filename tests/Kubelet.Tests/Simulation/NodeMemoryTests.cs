using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>A node of 1 GiB whose containers have no limits of their own.</summary>
public sealed class NodeMemoryTests : IAsyncLifetime
{
    private readonly SimLab _lab = new(memory: 1L << 30);

    [Fact]
    public async Task Memory_BeyondTheNodes_KillsTheHighestScoreAndTellsTheNode()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var kills = _lab.Node.Usage.WatchOutOfMemoryAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        var guaranteed = await HoldAsync("700M", -997);
        var bestEffort = await HoldAsync("100M", 1000);

        var burstable = await HoldAsync("300M", 700);

        var end = await _lab.EndAsync(bestEffort);
        Assert.Equal((ContainerState.Exited, 137, "OOMKilled"), (end.State, end.ExitCode, end.Reason));
        Assert.True(await kills.MoveNextAsync());
        Assert.Equal(new OutOfMemoryKill("stress", 1), kills.Current);
        Assert.Equal([ContainerState.Running, ContainerState.Running], [(await _lab.StatusAsync(guaranteed)).State, (await _lab.StatusAsync(burstable)).State]);
    }

    [Fact]
    public async Task Memory_OneIsNotEnough_KillsUntilTheOthersFit()
    {
        var first = await HoldAsync("300M", 1000);
        var second = await HoldAsync("200M", 1000);
        var kept = await HoldAsync("400M", -997);

        var last = await HoldAsync("600M", 200);

        Assert.Equal(["OOMKilled", "OOMKilled"], [(await _lab.EndAsync(first)).Reason, (await _lab.EndAsync(second)).Reason]);
        Assert.Equal([ContainerState.Running, ContainerState.Running], [(await _lab.StatusAsync(kept)).State, (await _lab.StatusAsync(last)).State]);
    }

    [Fact]
    public async Task Memory_AnotherEndsByItself_DisturbsNobody()
    {
        var first = await HoldAsync("300M", 1000);
        var second = await HoldAsync("300M", 1000);

        await _lab.Runtime.StopContainerAsync(first, TimeSpan.Zero, default).WaitAsync(Patience.Limit);

        Assert.Equal((137, "Error"), ((await _lab.StatusAsync(first)).ExitCode, (await _lab.StatusAsync(first)).Reason));
        Assert.Equal(ContainerState.Running, (await _lab.StatusAsync(second)).State);
    }

    [Fact]
    public async Task Memory_OfAGrowingProcess_KillsAtTheMomentWhenItIsFull()
    {
        var pod = await _lab.PodAsync();
        var leak = await pod.StartAsync(new ContainerConfig { Name = "leak", Image = "saadali/simmemleak" });
        var end = _lab.EndAsync(leak);

        for (var i = 0; i < 100 && !end.IsCompleted; i++)
        {
            await Task.WhenAny(end, _lab.Time.WaitForTimersAsync(1));
            if (!end.IsCompleted) _lab.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("OOMKilled", (await end.OrMissing("the end of the leak")).Reason);
    }

    [Fact]
    public async Task Usage_OfTheNode_AddsUpMemoryProcessesFilesAndImages()
    {
        await _lab.PullAsync("busybox");
        var before = _lab.Node.Usage.Read();
        var id = await _lab.StartAsync("busybox", "sleep", "1000");
        var started = _lab.Node.Usage.Read();

        await _lab.ExecAsync(id, "dd if=/dev/zero of=/big bs=1M count=3");

        var written = _lab.Node.Usage.Read();
        Assert.Equal((1L << 20, 1L), (started.MemoryBytes - before.MemoryBytes, started.Processes - before.Processes));
        Assert.Equal((3L << 20, 1L), (written.DiskBytes - started.DiskBytes, written.Inodes - started.Inodes));
        await _lab.ExecAsync(id, "rm /big");
        Assert.Equal(started.DiskBytes, _lab.Node.Usage.Read().DiskBytes);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    private async Task<string> HoldAsync(string bytes, int oomScoreAdj)
    {
        var pod = await _lab.PodAsync();
        return await pod.StartAsync(new ContainerConfig
        {
            Name = "hold", Image = "polinux/stress", Args = ["stress", "--vm", "1", "--vm-bytes", bytes], Resources = new() { OomScoreAdj = oomScoreAdj },
        });
    }
}
