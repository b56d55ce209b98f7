using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Framework;

public sealed class WaitingPodsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<WaitVerdict> _verdicts = [];
    private readonly WaitingPods _waiting;

    public WaitingPodsTests() => _waiting = new WaitingPods(_time);

    [Fact]
    public void Add_TimeIsOverAtOnce_IsRejectedAndNotFound()
    {
        Add(("A", TimeSpan.Zero), ("B", TimeSpan.FromMinutes(1)));

        _time.Advance(TimeSpan.Zero);

        var (status, plugin) = Assert.Single(_verdicts);
        Assert.Equal(("A", "rejected due to timeout after waiting 0s at plugin A"), (plugin, Assert.Single(status.Reasons)));
        Assert.Empty(_waiting.All);
    }

    [Fact]
    public void Timeout_OfTheFirstOfTwo_Decides()
    {
        Add(("A", TimeSpan.FromMinutes(2)), ("B", TimeSpan.FromMinutes(1)));

        _time.Advance(TimeSpan.FromMinutes(3));

        var (status, plugin) = Assert.Single(_verdicts);
        Assert.Equal(("B", "rejected due to timeout after waiting 1m0s at plugin B"), (plugin, Assert.Single(status.Reasons)));
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Allow_ByOneOfTwo_StopsItsTimeOnly()
    {
        Add(("A", TimeSpan.FromMinutes(1)), ("B", TimeSpan.FromMinutes(2)));
        Assert.True(_waiting.TryFind("uid-web", out var pod));
        pod.Allow("A");

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_verdicts);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("B", Assert.Single(_verdicts).Plugin);
    }

    [Fact]
    public void Reject_PodThatWaits_SaysRemovedAndForgetsIt()
    {
        Add(("A", TimeSpan.FromMinutes(1)));

        Assert.True(_waiting.Reject("uid-web"));
        Assert.False(_waiting.Reject("uid-web"));

        var (status, plugin) = Assert.Single(_verdicts);
        Assert.Equal(("", "removed"), (plugin, Assert.Single(status.Reasons)));
        Assert.Equal(0, _time.ArmedTimers);
    }

    private void Add(params (string Plugin, TimeSpan Timeout)[] plugins) => _waiting.Add(A.Pod().Info(), plugins, _verdicts.Add);
}
