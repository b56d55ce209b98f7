using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Containers;

public sealed class StopDeadlineTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Ended_GraceUsedUp_IsCancelled()
    {
        using var deadline = new StopDeadline(TimeSpan.FromSeconds(30), _time);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(deadline.Ended.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(1), deadline.Remaining);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(deadline.Ended.IsCancellationRequested);
        Assert.Equal(TimeSpan.Zero, deadline.Remaining);
    }

    [Fact]
    public void Shorten_EarlierAndLater_OnlyEarlierCounts()
    {
        using var deadline = new StopDeadline(TimeSpan.FromSeconds(30), _time);
        var told = deadline.Shortened;

        deadline.Shorten(_time.GetUtcNow().AddSeconds(40));
        Assert.False(told.IsCompleted);
        deadline.Shorten(_time.GetUtcNow().AddSeconds(5));
        Assert.True(told.IsCompleted);
        Assert.Equal(TimeSpan.FromSeconds(5), deadline.Remaining);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(deadline.Ended.IsCancellationRequested);
    }

    [Fact]
    public void Shorten_ToThePast_EndsAtOnce()
    {
        using var deadline = new StopDeadline(TimeSpan.FromSeconds(30), _time);
        _time.Advance(TimeSpan.FromSeconds(10));

        deadline.Shorten(_time.GetUtcNow().AddSeconds(-5));

        Assert.True(deadline.Ended.IsCancellationRequested);
    }

    [Theory]
    [InlineData(null, 30, 30)]
    [InlineData(5, 30, 5)]
    [InlineData(0, 30, 1)]
    [InlineData(null, 0, 1)]
    public void GraceOf_Pod_IsTheDeletionsElseTheSpecificationsAndAtLeastASecond(int? deletion, int specification, int seconds)
    {
        var pod = A.Pod().With(p => p.Spec.TerminationGracePeriodSeconds = specification);
        if (deletion is { } grace) pod.Deleting(A.Noon, grace);

        Assert.Equal(TimeSpan.FromSeconds(seconds), StopDeadline.GraceOf(pod));
    }
}
