namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A kubelet that cannot reach its apiserver for some seconds: its connections are reset, or go quiet.</summary>
[Collection("faults")]
public sealed class PartitionTests(FaultLab shared)
{
    [Theory]
    [InlineData("cut")]
    [InlineData("hole")]
    public async Task Partition_StartInFlight_PodBoundMeanwhileStartsOnceAfterwards(string node)
    {
        var story = await shared.CutAsync(node);
        var pod = story.Pods["arriving"];

        Assert.Equal((1, 0), (pod.Starts, pod.Last.RestartCount));
        Assert.True(pod.Last.State.Running.StartedAt.Seconds >= story.Mended.ToUnixTimeSeconds());
        WatchedPod.CheckForward(pod.Steps);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("hole")]
    public async Task Partition_Running_RunsOnUndisturbed(string node)
    {
        var pod = (await shared.CutAsync(node)).Pods["running"];

        Assert.Equal((1, 0), (pod.Starts, pod.Last.RestartCount));
        Assert.NotNull(pod.Last.State.Running);
        WatchedPod.CheckForward(pod.Steps);
        WatchedPod.CheckOneInstanceRan(pod.Steps);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("hole")]
    public async Task Partition_StatusWriteInFlight_TheLatestIsWrittenOnReturn(string node)
    {
        var story = await shared.CutAsync(node);
        var pod = story.Pods["ending"];

        Assert.Equal((1, 3), (pod.Starts, pod.Last.State.Terminated.ExitCode));
        Assert.True(pod.Last.State.Terminated.FinishedAt.Seconds <= story.Mended.ToUnixTimeSeconds(), "it ended while nobody could be told");
        Assert.Equal("Failed", pod.Steps[^1].Object.Status.Phase);
        WatchedPod.CheckForward(pod.Steps);
        WatchedPod.CheckOneInstanceRan(pod.Steps);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("hole")]
    public async Task Partition_Grace_EndsLocallyAndIsReportedOnReturn(string node)
    {
        var story = await shared.CutAsync(node);
        var pod = story.Pods["stopping"];

        Assert.Equal((1, 137), (pod.Starts, pod.Last.State.Terminated.ExitCode));
        Assert.InRange(pod.Last.State.Terminated.FinishedAt.ToDateTimeOffset(), story.Deadline.AddSeconds(-2), story.Mended);
        WatchedPod.CheckForward(pod.Steps);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("hole")]
    public async Task Partition_LeaseRenewal_RenewedOnReturn(string node)
    {
        var story = await shared.CutAsync(node);

        Assert.True(story.Renewals.Before < story.Mended);
        Assert.True(story.Renewals.After > story.Mended);
    }
}
