using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Containers;

public sealed class BackoffTests
{
    [Fact]
    public void Holding_DiesAtOnceEachTime_WaitsDoubleUpToFiveMinutes()
    {
        var backoff = new Backoff();
        var waits = new List<double>();
        var now = A.Noon;
        for (var crash = 0; crash < 9; crash++)
        {
            var finished = now;
            var delay = backoff.Holding("c", finished, now);
            waits.Add(delay?.TotalSeconds ?? 0);
            now += delay ?? TimeSpan.Zero;
            Assert.Null(backoff.Holding("c", finished, now));
            backoff.Raise("c", finished, now);
        }

        Assert.Equal([0, 10, 20, 40, 80, 160, 300, 300, 300], waits);
    }

    [Theory]
    [InlineData(600, true)]
    [InlineData(601, false)]
    public void Holding_RanLonger_ForgetsOnlyAfterMoreThanTenMinutes(int seconds, bool isHeld)
    {
        var backoff = new Backoff();
        backoff.Raise("c", A.Noon, A.Noon);

        var finished = A.Noon.AddSeconds(seconds);

        Assert.Equal(isHeld, backoff.Holding("c", finished, finished) is not null);
    }

    [Fact]
    public void Holding_OtherKey_HasASeriesOfItsOwn()
    {
        var backoff = new Backoff();
        backoff.Raise("c\napp:1", A.Noon, A.Noon);

        Assert.Null(backoff.Holding("c\napp:2", A.Noon, A.Noon));
    }

    [Fact]
    public void LastFailure_Failed_GivesItsMomentAndText()
    {
        var backoff = new Backoff();

        backoff.Failed("app:1", "not found", A.Noon);

        Assert.Equal(new Backoff.Failure(A.Noon, "not found"), backoff.LastFailure("app:1"));
        Assert.Equal(TimeSpan.FromSeconds(10), backoff.Holding("app:1", A.Noon, A.Noon.AddSeconds(9)));
        Assert.Null(backoff.Holding("app:1", A.Noon, A.Noon.AddSeconds(10)));
    }
}
