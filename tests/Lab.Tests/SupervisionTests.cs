using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Tests;

public sealed class SupervisionTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 500)]
    [InlineData(3, 1000)]
    [InlineData(6, 8000)]
    [InlineData(7, 10000)]
    [InlineData(40, 10000)]
    public void RestartBackoff_DeathsInARow_DoubleTheDelayUpToTenSeconds(int deaths, int milliseconds)
    {
        var backoff = Enumerable.Range(0, deaths).Aggregate(new RestartBackoff(0), (b, _) => b.AfterRunOf(TimeSpan.FromSeconds(1)));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Delay);
    }

    [Fact]
    public void RestartBackoff_RunOfAMinute_IsForgiven()
    {
        var backoff = new RestartBackoff(7).AfterRunOf(TimeSpan.FromMinutes(1));

        Assert.Equal(TimeSpan.Zero, backoff.Delay);
    }

    [Fact]
    public void CommandLine_PortOnceTaken_IsAskedForAgain()
    {
        var spec = new ProcessSpec("store", "S.dll", ["--data-dir", "d"], new Dictionary<string, int> { ["port"] = 0 });

        Assert.Equal(["--data-dir", "d", "--port", "0", "--ports-file", "f", "--exit-on-stdin-close"], spec.CommandLine(spec.Ports, "f"));
        Assert.Equal(
            ["--data-dir", "d", "--port", "4711", "--ports-file", "f", "--exit-on-stdin-close"],
            spec.CommandLine(new Dictionary<string, int> { ["port"] = 4711 }, "f"));
    }
}
