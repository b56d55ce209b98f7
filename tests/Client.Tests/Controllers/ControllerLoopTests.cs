using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Controllers;
using MiniK8s.Client.WorkQueue;

namespace MiniK8s.Client.Tests.Controllers;

public sealed class ControllerLoopTests
{
    [Fact]
    public async Task Run_FailingKey_IsTriedAgainAfterItsWait()
    {
        var time = new ManualTimeProvider();
        using var queue = new WorkQueue<string>(time);
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var done = new TaskCompletionSource();
        var reconciler = new Delegated((_, _) =>
        {
            if (++calls < 3) throw new InvalidOperationException("not yet");
            done.SetResult();
            return Task.FromResult(Requeue.None);
        });
        var running = new ControllerLoop<string>("test", queue, reconciler, 2, NullLogger<ControllerLoop<string>>.Instance).RunAsync(stop.Token);
        queue.Add("a");

        await time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromMilliseconds(5), time.AdvanceToNextTimer());
        await time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromMilliseconds(10), time.AdvanceToNextTimer());
        await done.Task.OrMissing("the third attempt");
        await stop.CancelAsync();
        await running.OrMissing("the loop's end");

        Assert.Equal(0, queue.Requeues("a"));
    }

    [Fact]
    public async Task Run_RequeueIn_ComesBackThen()
    {
        var time = new ManualTimeProvider();
        using var queue = new WorkQueue<string>(time);
        using var stop = new CancellationTokenSource();
        var reconciler = new Delegated((_, _) => Task.FromResult(Requeue.In(TimeSpan.FromSeconds(30))));
        var running = new ControllerLoop<string>("test", queue, reconciler, 1, NullLogger<ControllerLoop<string>>.Instance).RunAsync(stop.Token);
        queue.Add("a");

        await time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(30), time.AdvanceToNextTimer());
        await time.WaitForTimersAsync(1);
        await stop.CancelAsync();
        await running.OrMissing("the loop's end");
    }

    private sealed class Delegated(Func<string, CancellationToken, Task<Requeue>> reconcile) : IReconciler<string>
    {
        public Task<Requeue> ReconcileAsync(string key, CancellationToken ct) => reconcile(key, ct);
    }
}
