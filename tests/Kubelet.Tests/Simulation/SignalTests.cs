using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

public sealed class SignalTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("sleep 3600")]
    [InlineData("sleep 3600; echo never")]
    [InlineData("trap '' TERM; sleep 3600")]
    public async Task Stop_FirstProcessHasNoHandler_IsKilledAfterTheGrace(string script)
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync(script);
        var began = lab.Time.GetUtcNow();

        var stop = lab.Runtime.StopContainerAsync(id, Grace, default);
        await lab.Time.WaitForTimersAsync(2);       // the sleep and the grace
        lab.Time.Advance(Grace);
        await stop.OrMissing("the end of the stop");

        var status = await lab.StatusAsync(id);
        Assert.Equal((137, "Error", began + Grace), (status.ExitCode, status.Reason, status.FinishedAt));
    }

    [Fact]
    public async Task Stop_TrapWithWait_RunsTheTrapAtOnce()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("trap 'echo bye; exit 3' TERM; echo ready; sleep 3600 & wait $!");
        await lab.LinesAsync(id, 1);

        await lab.Runtime.StopContainerAsync(id, Grace, default).OrMissing("the end of the stop");

        Assert.Equal(3, (await lab.StatusAsync(id)).ExitCode);
        Assert.Equal("ready\nbye\n", await lab.LogAsync(id));
    }

    [Fact]
    public async Task Stop_TrapWhileACommandRuns_WaitsForTheCommand()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("trap 'echo bye; exit 0' TERM; echo ready; sleep 10; echo never");
        await lab.LinesAsync(id, 1);

        var stop = lab.Runtime.StopContainerAsync(id, Grace, default);
        await lab.Time.WaitForTimersAsync(2);
        Assert.False(stop.IsCompleted);
        lab.Time.Advance(TimeSpan.FromSeconds(10));
        await stop.OrMissing("the end of the stop");

        Assert.Equal(0, (await lab.StatusAsync(id)).ExitCode);
        Assert.Equal("ready\nbye\n", await lab.LogAsync(id));
    }

    [Theory]
    [InlineData("nginx:1.17.1")]
    [InlineData("nginx:1.27.5")]
    [InlineData("redis:7.0")]
    public async Task Stop_ServerThatHandlesItsStopSignal_EndsWithZeroAtOnce(string image)
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync(image);

        await lab.Runtime.StopContainerAsync(id, Grace, default).OrMissing("the end of the stop");

        var status = await lab.StatusAsync(id);
        Assert.Equal((0, "Completed"), (status.ExitCode, status.Reason));
    }

    [Fact]
    public async Task Stop_GraceOfZero_KillsWithoutASignal()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("nginx:1.17.1");

        await lab.Runtime.StopContainerAsync(id, TimeSpan.Zero, default).OrMissing("the end of the stop");

        Assert.Equal(137, (await lab.StatusAsync(id)).ExitCode);
    }

    [Fact]
    public async Task Stop_LastCommandOfAScriptIsNginx_ReachesIt()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("nginx:1.27.5", "/bin/sh", "-c", "sleep 20;nginx -g \"daemon off;\"");
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(20));
        await lab.LinesAsync(id, 1);

        await lab.Runtime.StopContainerAsync(id, Grace, default).OrMissing("the end of the stop");

        Assert.Equal(0, (await lab.StatusAsync(id)).ExitCode);
    }

    /// <summary>A block scalar's script: behind the end of its line there might be another, so the shell stays, as busybox' and dash do.</summary>
    [Fact]
    public async Task Stop_ScriptEndsWithTheEndOfItsLine_TheShellStaysAndHeedsNoSignal()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("nginx:1.27.5", "/bin/sh", "-c", "sleep 20;nginx -g \"daemon off;\"\n");
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(20));
        await lab.LinesAsync(id, 1);

        var stop = lab.Runtime.StopContainerAsync(id, Grace, default);
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(Grace);
        await stop.OrMissing("the end of the stop");

        Assert.Equal(137, (await lab.StatusAsync(id)).ExitCode);
    }

    [Fact]
    public async Task PreStop_NginxQuitThenWaitUntilItHasGone_EndsTheContainer()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("nginx:1.27.5");

        var hook = lab.Runtime.ExecSyncAsync(id, ["/bin/sh", "-c", "nginx -s quit\nwhile killall -0 nginx\ndo\n    sleep 1\ndone\n"], TimeSpan.Zero, default);

        Assert.Equal(0, (await lab.EndAsync(id).OrMissing("the end of nginx")).ExitCode);
        await hook.OrMissing("the end of the hook");
    }

    [Fact]
    public async Task Exec_TimesOut_KillsTheCommandOnly()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 3600");

        var exec = lab.Runtime.ExecSyncAsync(id, ["sleep", "60"], TimeSpan.FromSeconds(1), default);
        await lab.Time.WaitForTimersAsync(3);
        lab.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await exec.OrMissing("the end of the exec")).TimedOut);
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(id)).State);
    }

    [Fact]
    public async Task Memory_GrowsBeyondTheLimit_IsOomKilledAtThatMoment()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "leak", Image = "saadali/simmemleak", Resources = new() { MemoryLimit = 51L << 20 } });
        await lab.Time.WaitForTimersAsync(1);

        lab.Time.Advance(TimeSpan.FromSeconds(3));      // 1 + 10 MiB, and 20 more a second

        var status = await lab.EndAsync(id);
        Assert.Equal((137, "OOMKilled"), (status.ExitCode, status.Reason));
        Assert.InRange(status.FinishedAt!.Value - status.StartedAt!.Value, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.01));
    }
}
