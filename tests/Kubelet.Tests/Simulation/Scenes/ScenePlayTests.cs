using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Scenes;

namespace MiniK8s.Kubelet.Tests.Simulation.Scenes;

/// <summary>Scenes on the simulated runtime, whatever the image does by itself.</summary>
public sealed class ScenePlayTests : IAsyncLifetime
{
    private readonly SimLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    [Theory]
    [InlineData("exit 3 after 20s", 3, "Error")]
    [InlineData("exit 0 after 20s", 0, "Completed")]
    public async Task Exit_AfterItsTime_EndsTheContainer(string scene, int code, string reason)
    {
        var id = await StartAsync(scene, new ContainerConfig { Name = "c", Image = "nginx:1.17.1" });
        var started = (await _lab.StatusAsync(id)).StartedAt!.Value;

        _lab.Time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.Equal(ContainerState.Running, (await _lab.StatusAsync(id)).State);
        _lab.Time.Advance(TimeSpan.FromSeconds(0.1));

        var end = await _lab.EndAsync(id);
        Assert.Equal((code, reason, started.AddSeconds(20)), (end.ExitCode, end.Reason, end.FinishedAt));
    }

    [Fact]
    public async Task Exit_ProgramEndsBefore_ItsOwnEndCounts()
    {
        var id = await StartAsync("exit 3 after 20s", new ContainerConfig { Name = "c", Image = "busybox:1.30", Command = ["sh", "-c", "exit 5"] });

        Assert.Equal(5, (await _lab.EndAsync(id)).ExitCode);
        _lab.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(5, (await _lab.StatusAsync(id)).ExitCode);
    }

    [Theory]
    [InlineData(256, 25, true)]
    [InlineData(256, 27, false)]
    [InlineData(512, 3600, true)]
    public async Task Memory_GrowsToItsSize_KilledWhereTheLimitIsPassed(int limit, int seconds, bool runs)
    {
        var id = await StartAsync("memory 300Mi in 30s", new ContainerConfig { Name = "c", Image = "nginx:1.17.1", Resources = new() { MemoryLimit = (long)limit << 20 } });

        _lab.Time.Advance(TimeSpan.FromSeconds(seconds));

        if (runs)
        {
            Assert.Equal(ContainerState.Running, (await _lab.StatusAsync(id)).State);
            Assert.InRange((await _lab.Runtime.ContainerStatsAsync(id, default))!.MemoryBytes >> 20, int.Min(300, seconds * 10), int.Min(300, seconds * 10) + 16);
            return;
        }
        var end = await _lab.EndAsync(id);
        Assert.Equal((137, "OOMKilled"), (end.ExitCode, end.Reason));
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("nginx:1.25")]
    public async Task Ignore_Term_EndsWithTheGrace(string image)
    {
        var id = await StartAsync("ignore SIGTERM", new ContainerConfig { Name = "c", Image = image });

        var stop = _lab.Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(30), default);
        await _lab.Time.WaitForTimersAsync(1);
        _lab.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(ContainerState.Running, (await _lab.StatusAsync(id)).State);
        _lab.Time.Advance(TimeSpan.FromSeconds(1));
        await stop.WaitAsync(Patience.Limit);

        Assert.Equal(137, (await _lab.EndAsync(id)).ExitCode);
    }

    [Fact]
    public async Task Fail_Window_HoldsForThatProbeAndTime()
    {
        var id = await StartAsync("fail readiness from 30s to 60s; fail liveness from 2m", new ContainerConfig { Name = "c", Image = "nginx:1.17.1" });
        var seen = new List<string>();

        for (var second = 0; second <= 150; second += 10)
        {
            if (Fails(id, ProbeKind.Readiness)) seen.Add($"readiness {second}");
            if (Fails(id, ProbeKind.Liveness)) seen.Add($"liveness {second}");
            if (Fails(id, ProbeKind.Startup)) seen.Add($"startup {second}");
            _lab.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(["readiness 30", "readiness 40", "readiness 50", "liveness 120", "liveness 130", "liveness 140", "liveness 150"], seen);
    }

    [Fact]
    public async Task Pull_SaysHowLong_TakesThatLong()
    {
        var pull = _lab.Runtime.PullImageAsync("nginx:1.25", null, Annotated("pull 20s"), default);

        await _lab.Time.WaitForTimersAsync(1);
        _lab.Time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(pull.IsCompleted);
        _lab.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True((await pull.WaitAsync(Patience.Limit)).Succeeded);
    }

    [Fact]
    public async Task Scene_OfOneContainer_TakesThePlaceOfThePods()
    {
        var pod = await _lab.PodAsync(new Dictionary<string, string> { ["minik8s.dev/scene"] = "exit 1 after 10s", ["minik8s.dev/scene.b"] = "exit 2 after 20s" });
        var a = await pod.StartAsync(new ContainerConfig { Name = "a", Image = "nginx:1.17.1" });
        var b = await pod.StartAsync(new ContainerConfig { Name = "b", Image = "redis" });

        _lab.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await _lab.EndAsync(a)).ExitCode);
        Assert.Equal(ContainerState.Running, (await _lab.StatusAsync(b)).State);
        _lab.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, (await _lab.EndAsync(b)).ExitCode);
    }

    [Fact]
    public async Task Scene_WithAFault_MakesNoSandboxAndSaysWhy()
    {
        var refusal = await Assert.ThrowsAsync<RuntimeException>(() => _lab.PodAsync(new Dictionary<string, string> { ["minik8s.dev/scene.web"] = "exit soon" }));

        Assert.Equal("annotation minik8s.dev/scene.web: \"exit soon\" should read: exit CODE after TIME, for example exit 3 after 20s", refusal.Message);
    }

    [Fact]
    public void Range_SameNames_DrawsTheSameAndAnotherSeedAnother()
    {
        var (first, second) = (Draws(""), Draws(""));

        Assert.Equal(first, second);
        Assert.All(first, after => Assert.InRange(after.TotalSeconds, 10, 40));
        Assert.True(first.Distinct().Count() > 15, "each start draws for itself");
        Assert.NotEqual(first, Draws("seed 7;"));

        static List<TimeSpan> Draws(string seed) =>
        [
            .. Enumerable.Range(0, 20).Select(attempt => SceneAnnotations.CastOf(
                new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = Guid.NewGuid().ToString(), Annotations = Annotated($"{seed} exit 0..3 after 10s..40s") }, "c", attempt).Exit!.Value.After),
        ];
    }

    private static Dictionary<string, string> Annotated(string scene) => new() { [SceneAnnotations.Annotation] = scene };

    private async Task<string> StartAsync(string scene, ContainerConfig config) => await (await _lab.PodAsync(Annotated(scene))).StartAsync(config);

    private bool Fails(string id, ProbeKind probe) => _lab.Node.Script.FailureOf(id, probe) is not null;
}
