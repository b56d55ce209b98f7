using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>Nothing that a container does may hurt the kubelet.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("x=0123456789; while [ ${#x} -lt 999999999 ]; do x=$x$x; done; echo over")]
    [InlineData("i=0; while [ $i -lt 300 ]; do sleep 1000 & i=$((i+1)); done; echo over")]
    public async Task Script_WantsTooMuch_EndsItselfAlone(string script)
    {
        await using var lab = new SimLab();
        var other = await lab.StartAsync("nginx:1.17.1");
        var id = await lab.StartShellAsync(script);

        var end = await lab.MoveUntilAsync(lab.EndAsync(id));

        Assert.NotEqual(137, end.ExitCode);
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(other)).State);
    }

    [Theory]
    [InlineData("f() { f & f & }; f; wait")]
    [InlineData("while :; do :; done")]
    [InlineData("yes > /dev/null")]
    [InlineData("cat /dev/zero | tr a b > /dev/null")]
    [InlineData("while :; do : > f$i; i=$((i+1)); done")]
    [InlineData("while :; do mkdir d; cd d; done")]
    public async Task Script_NeverEnds_HarmsNobodyAndIsKilled(string script)
    {
        await using var lab = new SimLab();
        var other = await lab.StartAsync("nginx:1.17.1");
        var id = await lab.StartShellAsync(script);

        for (var i = 0; i < 100; i++)
        {
            await lab.Time.WaitForTimersAsync(1);
            lab.Time.Advance(TimeSpan.FromMilliseconds(50));
        }
        await lab.Runtime.StopContainerAsync(id, TimeSpan.Zero, default).OrMissing("the end of the script");

        Assert.Equal(137, (await lab.EndAsync(id)).ExitCode);
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(other)).State);
    }

    [Theory]
    [InlineData("x=$(head -c 1000000 /dev/zero | tr '\\0' x); i=0; while :; do eval v$i=$x; i=$((i+1)); done", "sh: eval: line 0: out of memory\n")]
    [InlineData("x='x x'; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do x=\"$x $x\"; done; set -- $x", "sh: out of memory\n")]
    public async Task Variables_BeyondTheLimit_AreOutOfMemory(string script, string complaint)
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("busybox", "sleep", "infinity");

        var result = await lab.MoveUntilAsync(lab.ExecAsync(id, script));

        Assert.Equal((2, complaint), (result.ExitCode, result.Stderr));
    }

    [Fact]
    public async Task Variables_BeyondTheContainersLimit_KillIt()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var script = "x=$(head -c 1000000 /dev/zero | tr '\\0' x); i=0; while :; do eval v$i=$x; i=$((i+1)); done";
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "busybox", Command = ["sh", "-c", script], Resources = new LinuxResources { MemoryLimit = 16 << 20 } });

        var end = await lab.MoveUntilAsync(lab.EndAsync(id));

        Assert.Equal((137, "OOMKilled"), (end.ExitCode, end.Reason));
    }

    [Fact]
    public void File_RewrittenAndDeleted_GivesItsRoomBack()
    {
        var tree = new FileTree(new DirectoryNode(), TimeProvider.System);
        var content = new byte[6 << 20];

        for (var i = 0; i < 20; i++)
        {
            tree.Write(tree.OpenForWriting("/rewritten", truncate: true, 0, 0, 0), 0, content);
            tree.Write(tree.OpenForWriting($"/deleted{i}", truncate: true, 0, 0, 0), 0, content);
            tree.Delete($"/deleted{i}");
        }

        Assert.Equal(content.Length, Assert.IsType<RegularFile>(tree.Find("/rewritten")).Length);
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
