using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A lab in which each story has a node and a scheduler's name of its own. The first test to ask begins all, since most of each is waiting for a lease to end.</summary>
public sealed class SchedulerFaultLab : IAsyncLifetime
{
    private const int StoriesAtOnce = 6;

    // The longest first.
    private static readonly Dictionary<string, Func<SchedulerStory, Task>> Stories = new()
    {
        ["preempt-paused"] = PreemptionStories.PausedAsync,
        ["change-stale"] = LeaderStories.StaleAsync,
        ["change-killed"] = LeaderStories.KilledAsync,
        ["change-paused"] = LeaderStories.PausedIdleAsync,
        ["change-before"] = story => LeaderStories.PausedInBindingAsync(story, "before-bind"),
        ["change-after"] = story => LeaderStories.PausedInBindingAsync(story, "after-bind"),
        ["change-cut"] = LeaderStories.CutOffAsync,
        ["change-ended"] = LeaderStories.EndedAsync,
        ["kill-idle"] = SchedulerStories.KilledIdleAsync,
        ["kill-before"] = SchedulerStories.KilledBeforeBindingAsync,
        ["kill-after"] = SchedulerStories.KilledAfterBindingAsync,
        ["stale-idle"] = SchedulerStories.FrozenIdleAsync,
        ["stale-room"] = SchedulerStories.OverCommittedAsync,
        ["stale-bind"] = SchedulerStories.FrozenBindingAsync,
        ["preempt-killed"] = PreemptionStories.KilledAsync,
        ["cordon-idle"] = SchedulerStories.CordonedIdleAsync,
        ["cordon-bind"] = SchedulerStories.CordonedBeforeBindingAsync,
    };

    private readonly SemaphoreSlim _room = new(StoriesAtOnce);
    private readonly Lock _gate = new();
    private Dictionary<string, Task>? _played;

    public Lab Lab { get; private set; } = null!;

    private FaultyNode Home { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Lab = await Lab.StartAsync(null, "--nodes", "0");
        await FaultyNode.EnrolAsync(Lab, ["home"]);
        Home = FaultyNode.Of(Lab, "home", Stories.Keys);
        Home.Start();
        await Eventually.TrueAsync(async () => (await Lab.Api.Resource<Node>().ListAsync("", options: null, CancellationToken.None)).Items.Count(IsReady) == Stories.Count, "the nodes are ready");
    }

    public async Task DisposeAsync()
    {
        Task[] running;
        lock (_gate) running = [.. _played?.Values.AsEnumerable() ?? []];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);     // each has its own test to speak for it
        await Home.DisposeAsync();
        await Lab.DisposeAsync();
        _room.Dispose();
    }

    /// <summary>Returns once the story of that name is over.</summary>
    internal Task PlayedAsync(string name)
    {
        lock (_gate) _played ??= Stories.ToDictionary(each => each.Key, each => Task.Run(() => PlayAsync(each.Key, each.Value)));
        return _played[name];
    }

    private static bool IsReady(Node node) =>
        node.Spec.Taints.Count == 0 && node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private async Task PlayAsync(string name, Func<SchedulerStory, Task> play)
    {
        await _room.WaitAsync();
        try
        {
            await using var story = await SchedulerStory.BeginAsync(Lab, Home, name);
            await story.TellingAsync(() => play(story));
        }
        finally
        {
            _room.Release();
        }
    }
}

[CollectionDefinition("scheduler faults")]
public sealed class SchedulerFaultCollection : ICollectionFixture<SchedulerFaultLab>;
