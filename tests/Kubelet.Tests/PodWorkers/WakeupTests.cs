using MiniK8s.Kubelet.PodWorkers;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

public sealed class WakeupTests
{
    [Fact]
    public async Task WaitAsync_TimeIsUp_IsFalse()
    {
        var time = new ManualTimeProvider();
        var wait = new Wakeup().WaitAsync(TimeSpan.FromSeconds(10), time, default);

        time.Advance(TimeSpan.FromSeconds(10));

        Assert.False(await wait.OrMissing("the end of the wait"));
        Assert.Equal(0, time.ArmedTimers);
    }

    [Fact]
    public async Task WaitAsync_SetAsItsTimerFires_IsTrueAndTheTimerDoesNoHarm()
    {
        var time = new LateTimers();
        var wakeup = new Wakeup();
        var wait = wakeup.WaitAsync(TimeSpan.FromSeconds(10), time, default);

        wakeup.Set();
        var isSet = await wait.OrMissing("the wakeup");
        time.Fire();

        Assert.True(isSet);
    }

    /// <summary>Its timers have begun to fire when they are given up.</summary>
    private sealed class LateTimers : TimeProvider
    {
        private Action? _begun;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _begun = () => callback(state);
            return new GivenUp();
        }

        public void Fire() => _begun!();
    }

    private sealed class GivenUp : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Too late.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
