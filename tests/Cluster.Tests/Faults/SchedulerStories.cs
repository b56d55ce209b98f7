using System.Globalization;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A scheduler that is killed, that hears nothing, and whose node changes while it binds.</summary>
internal static class SchedulerStories
{
    /// <summary>What comes while it is away is scheduled when it is back.</summary>
    public static async Task KilledIdleAsync(SchedulerStory story)
    {
        await StartAsync(story);
        await story.One.KillAsync();
        await story.CreateAsync("pod");

        story.One.StartAlone();

        await story.UntilRunningAsync("pod");
        await story.One.UntilBoundAsync(1);
        Assert.Single(story.One.Bound);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>What it had only assumed is forgotten, and decided anew.</summary>
    public static async Task KilledBeforeBindingAsync(SchedulerStory story)
    {
        await StartAsync(story, "--die-at", "before-bind");
        await story.CreateAsync("pod");
        await story.One.DiedAsync();
        Assert.Equal("", (await story.FindAsync("pod")).Spec.NodeName);

        story.One.StartAlone();

        await story.UntilRunningAsync("pod");
        await story.One.UntilBoundAsync(1);
        Assert.Single(story.One.Bound);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>The binding is in: the pod starts without any scheduler, and the next one sees it and leaves it alone.</summary>
    public static async Task KilledAfterBindingAsync(SchedulerStory story)
    {
        await StartAsync(story, "--die-at", "after-bind");
        await story.CreateAsync("pod");
        await story.One.DiedAsync();
        await story.UntilRunningAsync("pod");

        story.One.StartAlone();
        await story.CreateAsync("next");

        await story.UntilRunningAsync("next");
        await story.One.UntilBoundAsync(2);
        Assert.Equal((2, 0), (story.One.Bound.Count, story.One.Refused));
        await story.CheckBoundOnceAsync();
    }

    /// <summary>It hears nothing for fifty revisions, and catches up with all of them; a pod that has gone meanwhile is not bound.</summary>
    public static async Task FrozenIdleAsync(SchedulerStory story)
    {
        await StartAsync(story, "--freeze-file", story.One.FreezeFile);
        story.One.Freeze();
        string[] pods = [.. Enumerable.Range(1, 50).Select(number => $"pod-{number}")];
        foreach (var name in pods) await story.CreateAsync(name);
        await story.DeleteAsync("pod-1");

        story.One.Thaw();

        foreach (var name in pods.Skip(1)) await story.UntilRunningAsync(name);
        await story.One.UntilBoundAsync(pods.Length - 1);
        Assert.Equal(pods.Length - 1, story.One.Bound.Count);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>Room that another scheduler has filled meanwhile: the binding stands, and the kubelet's own look refuses the pod.</summary>
    public static async Task OverCommittedAsync(SchedulerStory story)
    {
        var cpus = decimal.Parse((await story.Lab.Api.Resource<Node>().GetAsync("", story.Node, CancellationToken.None)).Status.Allocatable["cpu"], CultureInfo.InvariantCulture);
        var most = $"{cpus * 600:F0}m";     // six tenths of it
        await StartAsync(story, "--pause-at", "before-bind");
        await story.CreateAsync("late", cpu: most);
        await Eventually.TrueAsync(() => story.One.HasNoted("pause"), "it has decided and not yet bound");
        await story.CreateAsync("early", scheduler: "default-scheduler", cpu: most);
        await story.UntilRunningAsync("early");

        await story.One.GoOnAsync();

        var refused = await story.UntilPodAsync("late", pod => pod.Status.Phase == "Failed", "is refused by its kubelet");
        Assert.Equal("OutOfcpu", refused.Status.Reason);
        Assert.Equal("Running", (await story.FindAsync("early")).Status.Phase);
        // Its owner would make another, which waits for room.
        await story.CreateAsync("again", cpu: most);
        await story.UntilPodAsync("again", pod => pod.Condition("PodScheduled") == "False", "finds no room");
        await story.DeleteAsync("early");
        await story.UntilRunningAsync("again");
        await story.CheckBoundOnceAsync();
    }

    /// <summary>It is not told that its binding is in, and does not hear of it: it tries again, is refused, and learns the truth once it hears.</summary>
    public static async Task FrozenBindingAsync(SchedulerStory story)
    {
        await StartAsync(story, "--pause-at", "before-bind", "--freeze-file", story.One.FreezeFile, "--lose-every", "1");
        await story.CreateAsync("first");
        await Eventually.TrueAsync(() => story.One.HasNoted("pause"), "it has decided and not yet bound");
        story.One.Freeze();
        await story.One.GoOnAsync();
        await story.UntilRunningAsync("first");
        await Eventually.TrueAsync(() => story.One.Refused > 0, "its second binding is refused");

        story.One.Thaw();
        await story.CreateAsync("next");
        await story.UntilRunningAsync("next");

        await Eventually.TrueAsync(() => story.One.Lost >= 2, "both replies are lost");
        Assert.Equal((2, 2), (story.One.Bound.Count, story.One.Lost));
        foreach (var name in (string[])["first", "next"]) await story.UntilPodAsync(name, pod => pod.Condition("PodScheduled") == "True", "is known to have a node");
        await story.CheckBoundOnceAsync();
    }

    /// <summary>A node that takes none is not chosen, and is when it takes them again.</summary>
    public static async Task CordonedIdleAsync(SchedulerStory story)
    {
        // Nodes and pods come by watches of their own: only the first list surely tells of the node before the pod.
        await story.CordonAsync();
        await StartAsync(story);

        await story.CreateAsync("pod");
        await story.UntilPodAsync("pod", pod => pod.Condition("PodScheduled") == "False", "finds no node");
        await story.CordonAsync(cordoned: false);

        await story.UntilRunningAsync("pod");
        await story.CheckBoundOnceAsync();
    }

    /// <summary>The node is cordoned between the decision and the binding: the binding stands, as Kubernetes' does, which asks nobody; the pod runs.</summary>
    public static async Task CordonedBeforeBindingAsync(SchedulerStory story)
    {
        await StartAsync(story, "--pause-at", "before-bind");
        await story.CreateAsync("pod");
        await Eventually.TrueAsync(() => story.One.HasNoted("pause"), "it has decided and not yet bound");
        await story.CordonAsync();

        await story.One.GoOnAsync();

        await story.UntilRunningAsync("pod");
        await story.CheckBoundOnceAsync();
    }

    private static async Task StartAsync(SchedulerStory story, params string[] faults)
    {
        story.One.StartAlone(faults);
        await story.One.UntilReadyAsync();
    }
}
