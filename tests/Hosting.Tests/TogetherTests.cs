using MiniK8s.Hosting.Lifetime;

namespace MiniK8s.Hosting.Tests;

public sealed class TogetherTests
{
    [Fact]
    public async Task Run_OneFails_StopsTheOthersAndThrowsItsFailure()
    {
        var (failing, others) = (new TaskCompletionSource(), new List<string>());

        var running = Together.RunAsync(
            [ct => UntilStoppedAsync("first", others, ct), _ => failing.Task, ct => UntilStoppedAsync("last", others, ct)], CancellationToken.None);
        Assert.False(running.IsCompleted);
        failing.SetException(new IOException("no more"));

        Assert.Equal("no more", (await Assert.ThrowsAsync<IOException>(() => running.OrMissing("the end"))).Message);
        Assert.Equal(["first", "last"], others.Order());
    }

    [Fact]
    public async Task Run_OneFailsAtOnce_ThrowsItsFailure()
    {
        var running = Together.RunAsync([_ => throw new IOException("never began"), ct => Task.Delay(Timeout.Infinite, ct)], CancellationToken.None);

        Assert.Equal("never began", (await Assert.ThrowsAsync<IOException>(() => running.OrMissing("the end"))).Message);
    }

    [Fact]
    public async Task Run_OneEnds_LeavesTheOthersRunning()
    {
        using var stop = new CancellationTokenSource();
        var others = new List<string>();

        var running = Together.RunAsync([_ => Task.CompletedTask, ct => UntilStoppedAsync("other", others, ct)], stop.Token);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();

        await running.OrMissing("the end");
        Assert.Equal(["other"], others);
    }

    private static async Task UntilStoppedAsync(string name, List<string> ended, CancellationToken stopping)
    {
        await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (ended) ended.Add(name);
    }
}
