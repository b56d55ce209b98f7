using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>Of two schedulers one leads, and goes.</summary>
internal static class LeaderStories
{
    private const int Lost = 1;     // the exit code
    private static readonly string[] Many = [.. Enumerable.Range(1, 25).Select(number => $"pod-{number}")];     // a binding and a status each: fifty revisions
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    /// <summary>kill -9: the other leads once the lease has run out, and decides by what is so then.</summary>
    public static async Task KilledAsync(SchedulerStory story)
    {
        await story.ElectAsync();
        await story.One.UntilSaysItLeadsAsync();
        await story.UntilToldThatItLeadsAsync(story.One);
        await story.CreateAsync("first");
        await story.UntilRunningAsync("first");
        await story.One.UntilBoundAsync(1);
        Assert.Single(story.One.Bound);

        await story.One.KillAsync();
        var last = (await story.LeaseAsync()).RenewTime.ToDateTimeOffset();
        await story.CordonAsync();
        await story.CreateAsync("second");
        var lease = await story.UntilHeldByAsync(story.Other);

        await story.Other.UntilSaysItLeadsAsync();
        Assert.Equal(1, lease.LeaseTransitions);
        Assert.True(lease.AcquireTime.ToDateTimeOffset() - last >= Duration, $"taken {lease.AcquireTime} after a renewal at {last}");
        await story.UntilPodAsync("second", pod => pod.Condition("PodScheduled") == "False", "is told that the node takes none");
        await story.CordonAsync(cordoned: false);
        await story.UntilRunningAsync("second");
        await story.Other.UntilBoundAsync(1);
        Assert.Single(story.Other.Bound);
        await story.UntilToldThatItLeadsAsync(story.Other);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>kill -STOP, past its lease, with nothing under way; when it goes on it finds another in its place, and ends.</summary>
    public static async Task PausedIdleAsync(SchedulerStory story)
    {
        await story.ElectAsync();
        await story.One.PauseAsync();

        await story.CreateAsync("pod");
        await story.UntilHeldByAsync(story.Other);
        await story.UntilRunningAsync("pod");
        await story.One.GoOnAsync();

        Assert.Equal(Lost, await story.One.EndedAsync());
        Assert.Contains("leaderelection lost", story.One.Log);
        Assert.Empty(story.One.Bound);
        Assert.Equal(story.Other.Name, (await story.LeaseAsync()).HolderIdentity);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>kill -STOP, past its lease, with a binding under way: what it had not sent is refused, what it had sent stands, and nobody sends it again.</summary>
    public static async Task PausedInBindingAsync(SchedulerStory story, string moment)
    {
        await story.ElectAsync("--pause-at", moment);
        await story.CreateAsync("pod");
        await Eventually.TrueAsync(() => story.One.HasNoted("pause"), $"{story.One.Name} stands still {moment}");

        await story.UntilHeldByAsync(story.Other);
        await story.UntilRunningAsync("pod");
        await story.CreateAsync("next");
        await story.UntilRunningAsync("next");
        await story.One.GoOnAsync();

        Assert.Equal(Lost, await story.One.EndedAsync());
        Assert.Contains("leaderelection lost", story.One.Log);
        await story.Other.UntilBoundAsync(moment == "before-bind" ? 2 : 1);
        Assert.Equal(moment == "before-bind" ? (0, 2) : (1, 1), (story.One.Bound.Count, story.Other.Bound.Count));
        // A wire over which nothing has gone for too long is given up by the apiserver, and the binding with it.
        if (moment == "before-bind") Assert.True(story.One.Refused + story.One.Unknown > 0, "its binding was not sent");
        Assert.Equal("True", (await story.FindAsync("pod")).Condition("PodScheduled"));
        await story.CheckBoundOnceAsync();
    }

    /// <summary>The one that takes over is fifty revisions behind: what it decides about pods that have a node by now is refused.</summary>
    public static async Task StaleAsync(SchedulerStory story)
    {
        await story.ElectAsync("--freeze-file", story.One.FreezeFile);
        // Both are to know the pods without a node, and only the first what becomes of them.
        story.One.Freeze();
        foreach (var name in Many) await story.CreateAsync(name);
        await Eventually.TrueAsync(async () => await story.Other.WaitingAsync() == Many.Length, "the second knows the pods");
        story.Other.Freeze();
        story.One.Thaw();
        foreach (var name in Many) await story.UntilRunningAsync(name);
        await story.One.UntilBoundAsync(Many.Length);
        Assert.Equal(Many.Length, story.One.Bound.Count);

        await story.One.KillAsync();
        await story.UntilHeldByAsync(story.Other);
        await Eventually.TrueAsync(() => story.Other.Refused >= Many.Length, "all its bindings are refused");
        story.Other.Thaw();
        await story.CreateAsync("next");
        await story.UntilRunningAsync("next");

        await story.Other.UntilBoundAsync(1);
        Assert.Single(story.Other.Bound);
        foreach (var name in Many) Assert.Equal("True", (await story.FindAsync(name)).Condition("PodScheduled"));
        await story.CheckBoundOnceAsync();
    }

    /// <summary>Told to end, it gives its lease back: the other does not wait until that runs out.</summary>
    public static async Task EndedAsync(SchedulerStory story)
    {
        await story.ElectAsync();
        await story.One.TerminateAsync();
        Assert.Equal(0, await story.One.EndedAsync());
        // Otherwise it would bear its name until it has run out.
        Assert.NotEqual(story.One.Name, (await story.LeaseAsync()).HolderIdentity);
        await story.CreateAsync("pod");

        var lease = await story.UntilHeldByAsync(story.Other);
        await story.UntilRunningAsync("pod");

        Assert.Equal(1, lease.LeaseTransitions);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>Its wire swallows everything: it stands down before the other may lead.</summary>
    public static async Task CutOffAsync(SchedulerStory story)
    {
        await using var wire = new CutProxy(FaultyNode.ServerOf(story.Lab).Port);
        story.Wire(wire);
        await story.ElectAsync();
        wire.BlackHole();
        await story.CreateAsync("pod");

        Assert.Equal(Lost, await story.One.EndedAsync());
        var lease = await story.UntilHeldByAsync(story.Other);
        await story.UntilRunningAsync("pod");

        Assert.True(story.One.LostAt() < lease.AcquireTime.ToDateTimeOffset(), $"lost at {story.One.LostAt()}, taken at {lease.AcquireTime}");
        await story.CheckBoundOnceAsync();
    }
}
