using System.Diagnostics;

namespace MiniK8s.Hosting.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Ports_FreeOnesAskedFor_AreTheRealOnesInTheFile()
    {
        await using var child = new ChildProcess();
        var ports = await child.PortsAsync();
        using var http = new HttpClient();

        Assert.Equal(["grpc", "http"], ports.Keys.Order());
        Assert.Equal("ok", await http.GetStringAsync($"http://127.0.0.1:{ports["http"]}/readyz"));
    }

    [Fact]
    public async Task Input_Ends_EndsTheProcessInOrder()
    {
        await using var child = new ChildProcess("--exit-on-stdin-close");
        await child.PortsAsync();

        child.CloseInput();

        Assert.Equal(0, await child.ExitCodeAsync());
        Assert.Contains("INF ParentWatch: Standard input ended: the parent is gone, stopping\n", await child.Output, StringComparison.Ordinal);
    }

    [RequiresToolFact("kill")]
    public async Task Signal_Term_EndsTheProcessInOrder()
    {
        await using var child = new ChildProcess();
        await child.PortsAsync();

        using var kill = Process.Start("kill", ["-TERM", child.Pid.ToString(null, null)]);

        Assert.Equal(0, await child.ExitCodeAsync());
    }

    [Fact]
    public async Task Loop_Throws_EndsTheProcessWithOneAndOneCriticalLine()
    {
        await using var child = new ChildProcess("--fail");

        Assert.Equal(1, await child.ExitCodeAsync());
        var critical = Assert.Single((await child.Output).Split('\n'), line => line.Contains(" CRT ", StringComparison.Ordinal));
        Assert.Contains("this loop was told to fail", critical, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_SeveralWrong_AreAllToldAndNothingStarts()
    {
        await using var child = new ChildProcess("--port", "70000", "--log-level", "loud", "--no-such", "x");

        Assert.Equal(2, await child.ExitCodeAsync());
        Assert.Equal(
            "sample: --no-such: there is no such setting\n"
            + "sample: --log-level: 'loud' is none of trace, debug, information, warning, error, critical, none\n"
            + "sample: --port: The field Port must be between 0 and 65535.\n",
            (await child.Errors).ReplaceLineEndings("\n"));
        Assert.Empty(await child.Output);
    }
}
