using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>Nothing that a container does may hurt the kubelet.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("f() { f & f & }; f; wait; echo over")]
    [InlineData("x=0123456789; while [ ${#x} -lt 999999999 ]; do x=$x$x; done; echo over")]
    [InlineData("i=0; while [ $i -lt 300 ]; do sleep 1000 & i=$((i+1)); done; echo over")]
    public async Task Script_WantsTooMuch_EndsItselfAlone(string script)
    {
        await using var lab = new SimLab();
        var other = await lab.StartAsync("nginx:1.17.1");
        var id = await lab.StartShellAsync(script);

        var end = lab.EndAsync(id);
        for (var i = 0; i < 200 && !end.IsCompleted; i++)
        {
            await Task.WhenAny(end, lab.Time.WaitForTimersAsync(1));
            if (!end.IsCompleted) lab.Time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.NotEqual(137, (await end.OrMissing("the end of the script")).ExitCode);
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(other)).State);
    }

    [Fact]
    public async Task File_BeyondTheLimit_IsNoSpaceLeft()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("busybox", "sleep", "1000");

        var result = await lab.ExecAsync(id, "dd if=/dev/zero of=/big bs=1M count=100");

        Assert.Equal((1, "dd: error writing '/big': No space left on device\n"), (result.ExitCode, result.Stderr));
    }
}
