namespace MiniK8s.Kubelet.Tests.Fakes;

[OneAtATime]
public sealed class OneAtATimeTests
{
    private int _running;
    private int _most;

    [Fact]
    public async Task Work_BegunAfterTheFirstWait_RunsAloneAndInOrder()
    {
        await Task.Yield();
        var ended = new List<int>();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            await Task.Yield();
            Run();
            ended.Add(number);
        }));

        Assert.Equal(1, _most);
        Assert.Equal(Enumerable.Range(0, 20), ended);
    }

    [Fact]
    public async Task OthersFirst_AWakeUpIsUnderWay_HasBeenFollowedByAllThatComesOfIt()
    {
        await Task.Yield();
        var wakeup = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var following = FollowAsync(10);

        wakeup.SetResult();
        Assert.False(following.IsCompleted);
        await OneAtATimeAttribute.OthersFirstAsync();

        Assert.True(following.IsCompleted);

        async Task FollowAsync(int steps)
        {
            if (steps == 0) await wakeup.Task;
            else await FollowAsync(steps - 1);
            await Task.Yield();
        }
    }

    private void Run()
    {
        var running = Interlocked.Increment(ref _running);
        if (running > _most) _most = running;
        Thread.SpinWait(100_000);
        Interlocked.Decrement(ref _running);
    }
}
