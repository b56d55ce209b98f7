using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A pod has been told to go for another, and the scheduler that did so is not there when the room is free.</summary>
internal static class PreemptionStories
{
    private const string NearlyHalf = "1900m";     // of four

    /// <summary>Killed: the next life finds the nomination and the pod that is leaving, and tells nobody else to go.</summary>
    public static async Task KilledAsync(SchedulerStory story)
    {
        story.One.StartAlone();
        await story.One.UntilReadyAsync();
        await PreemptAsync(story, grace: 8);

        await story.One.KillAsync();
        story.One.StartAlone();

        await story.UntilRunningAsync("urgent");
        Assert.Single(story.Leaving);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>Stopped past its lease: nor does its successor.</summary>
    public static async Task PausedAsync(SchedulerStory story)
    {
        await story.ElectAsync();
        await PreemptAsync(story, grace: 30);

        await story.One.PauseAsync();
        await story.UntilHeldByAsync(story.Other);
        await story.UntilRunningAsync("urgent");
        await story.One.GoOnAsync();

        Assert.Equal(1, await story.One.EndedAsync());
        Assert.Single(story.Leaving);
        await story.Other.UntilBoundAsync(1);
        Assert.Single(story.Other.Bound);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>Two pods that leave only at the end of their grace have the node; one of them is told to go for a third, which is to have its room.</summary>
    public static async Task PreemptAsync(SchedulerStory story, int grace)
    {
        foreach (var name in (string[])["low-1", "low-2"])
        {
            await story.CreateDeafAsync(name, NearlyHalf, grace);
            await story.UntilRunningAsync(name);
        }
        await story.CreateUrgentAsync("urgent", NearlyHalf);
        await story.UntilPodAsync("urgent", pod => pod.Status.NominatedNodeName == story.Node, "is to have the node");
        await Eventually.TrueAsync(() => story.Leaving.Count == 1, "one has been told to go");
    }
}
