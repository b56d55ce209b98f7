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

    [Fact]
    public async Task RunAsync_AProgramThatCannotBeStarted_IsTriedAgainAsIfItHadDied()
    {
        using var directory = new TemporaryDirectory();
        var (deaths, folder) = (new Deaths(), new LabFolder(directory.Path, () => { }));
        var process = new SupervisedProcess(new ProcessSpec("store", "no-such-program", [], new Dictionary<string, int>()), folder, deaths, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var running = process.RunAsync(stop.Token);

        Assert.Equal([126, 126], await deaths.Two.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<LabException>(() => process.Listening);
        await stop.CancelAsync();
        await running;
        Assert.Contains("No such file", await File.ReadAllTextAsync(folder.LogFile("store")), StringComparison.Ordinal);
    }

    private sealed class Deaths : ILabReporter
    {
        private readonly List<int> _exitCodes = [];
        private readonly TaskCompletionSource<IReadOnlyList<int>> _two = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<int>> Two => _two.Task;

        public void Died(string process, int exitCode, TimeSpan restartIn)
        {
            _exitCodes.Add(exitCode);
            if (_exitCodes.Count == 2) _two.SetResult(_exitCodes);
        }

        public void Reached(string step)
        {
        }
    }
}
