using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>Two schedulers of one name that both act, for as many pods as there is time for (goal P1): whatever they believe, a pod is bound once.</summary>
public sealed class TwinSchedulerFaultTests(TwinLab shared) : IClassFixture<TwinLab>
{
    private const string Namespace = "default";
    private const int Creators = 8;

    private readonly Lab _lab = shared.Lab;

    /// <summary>Each loses replies to its bindings, one is cut off twice in the middle, the other hears nothing for a third of the time.</summary>
    [Fact]
    public async Task TwoActing_StaleCachesAndLostReplies_NoPodIsBoundTwice()
    {
        await using var wire = new CutProxy(FaultyNode.ServerOf(_lab).Port);
        await using var cut = new FaultyScheduler(_lab, "twin", "cut", wire);
        await using var stale = new FaultyScheduler(_lab, "twin", "stale");
        cut.StartAlone("--lose-every", "3");
        stale.StartAlone("--lose-every", "4", "--freeze-file", stale.FreezeFile);
        await Task.WhenAll(cut.UntilReadyAsync(), stale.UntilReadyAsync());
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace);

        var creating = CreateAsync("twin", TwinLab.Pods);
        // Some replies are lost for good with the wire, and who bound those pods nobody but the apiserver knows.
        await UntilBoundAsync(15);
        stale.Freeze();
        await UntilBoundAsync(30);
        wire.Reset();
        wire.Mend();
        await UntilBoundAsync(50);
        stale.Thaw();
        await UntilBoundAsync(65);
        wire.Reset();
        wire.Mend();
        await creating;
        await UntilNonePendingAsync("twin");
        await Eventually.TrueAsync(() => TwinLab.Pods - cut.Bound.Count - stale.Bound.Count <= cut.Unknown, "both know which of the pods they have bound");
        var steps = await EndOfAsync(watch);

        var nodes = BoundPods.CheckOnce(steps.Select(step => step.Object));
        var taken = cut.Bound.Concat(stale.Bound).ToList();
        Assert.Equal(TwinLab.Pods, nodes.Count);
        Assert.Equal(taken.Count, taken.DistinctBy(binding => binding.Uid).Count());
        Assert.All(taken, binding => Assert.Equal(binding.Node, nodes[binding.Uid]));
        Assert.InRange(TwinLab.Pods - taken.Count, 0, cut.Unknown);
        Assert.True(cut.Refused + stale.Refused > 0, "neither was ever refused: they were not in each other's way");
        Assert.True(cut.Lost > 0 && stale.Lost > 0, "no reply was lost");
        CheckStartedOnce(nodes.Keys, steps.Select(step => step.Object).Where(pod => pod.Status.Reason == "OutOfpods").Select(pod => pod.Metadata.Uid));

        Task UntilBoundAsync(int percent) =>
            Eventually.TrueAsync(() => cut.Bound.Count + stale.Bound.Count >= TwinLab.Pods * percent / 100, $"{percent} % of the pods are bound: {cut.Log} {stale.Log}");
    }

    /// <summary>The store answers nobody for two seconds under a leader that binds: it waits, binds nothing twice, and leads on.</summary>
    [Fact]
    public async Task StoreSlow_LeaderBinds_WaitsAndLeadsOn()
    {
        const int Pods = 200;
        await using var leader = new FaultyScheduler(_lab, "slow", "leader");
        await using var other = new FaultyScheduler(_lab, "slow", "other");
        leader.StartElected();
        await Eventually.TrueAsync(async () => await leader.IsReadyAsync() && await leader.SaysItLeadsAsync(), "the first leads");
        other.StartElected();
        await other.UntilReadyAsync();
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace);

        var creating = CreateAsync("slow", Pods);
        await Eventually.TrueAsync(() => leader.Bound.Count >= Pods / 10, "it is in the middle of it");
        await OutageStories.StopStoreAsync(_lab);
        await creating;
        await UntilNonePendingAsync("slow");
        await leader.UntilBoundAsync(Pods);
        var steps = await EndOfAsync(watch);

        var nodes = BoundPods.CheckOnce(steps.Select(step => step.Object));
        Assert.Equal(Pods, nodes.Count);
        Assert.Equal((Pods, 0), (leader.Bound.DistinctBy(binding => binding.Uid).Count(), other.Bound.Count));
        Assert.Equal(leader.Bound.Count, leader.Bound.DistinctBy(binding => binding.Uid).Count());
        var lease = (await _lab.Api.Resource<Lease>().GetAsync("kube-system", "slow", CancellationToken.None)).Spec;
        Assert.Equal((leader.Name, 0), (lease.HolderIdentity, lease.LeaseTransitions));
        CheckStartedOnce(nodes.Keys, []);
    }

    [Fact]
    public Task StoreSlow_VictimLeaves_NomineeWaitsAndIsBound() => PlayAsync("many-1", OutageStories.StoreSlowUnderPreemptionAsync);

    [Fact]
    public Task ApiServerKilled_UnderABinding_PodsAreBoundOnceItIsBack() => PlayAsync("many-2", OutageStories.ApiServerKilledAsync);

    [Fact]
    public Task HistoryLost_SchedulerWasCutOff_ListsAgainAndFindsTheRoom() => PlayAsync("many-3", OutageStories.HistoryLostAsync);

    private async Task PlayAsync(string node, Func<SchedulerStory, Task> play)
    {
        await using var story = await SchedulerStory.BeginAsync(_lab, shared.Kubelet, node);
        await story.TellingAsync(() => play(story));
    }

    private Task CreateAsync(string scheduler, int pods) => Task.WhenAll(Enumerable.Range(0, Creators).Select(creator => Task.Run(async () =>
    {
        for (var number = creator; number < pods; number += Creators)
        {
            var pod = A.Pod(Namespace, $"{scheduler}-{number}", "registry.k8s.io/pause:3.9").Grace(1);
            pod.Spec.SchedulerName = scheduler;
            await _lab.Api.CreatePodAsync(pod);
        }
    })));

    private Task UntilNonePendingAsync(string scheduler)
    {
        var pending = new ListOptions { FieldSelector = $"status.phase=Pending,spec.schedulerName={scheduler}", Limit = 1 };
        return Eventually.TrueAsync(
            async () => (await _lab.Api.Resource<Pod>().ListAsync(Namespace, pending, CancellationToken.None)).Items.Count == 0, "no pod waits any more");
    }

    // Everything up to a pod that nobody schedules, so that nothing is missing.
    private async Task<IReadOnlyList<Client.Resources.WatchChange<Pod>>> EndOfAsync(WatchRecording<Pod> watch)
    {
        var end = A.Pod(Namespace, "end");
        end.Spec.SchedulerName = "nobody";
        await _lab.Api.CreatePodAsync(end);
        var steps = await watch.UntilAsync(step => step.Object.Metadata.Name == "end", "the last pod");
        await _lab.Api.DeletePodAsync(Namespace, "end");
        return steps;
    }

    // A pod that was refused by its node was never started.
    private void CheckStartedOnce(IEnumerable<string> uids, IEnumerable<string> refused)
    {
        var (starts, never) = (shared.Kubelet.StartsByPod(), refused.ToHashSet());
        Assert.All(uids, uid => Assert.Equal(never.Contains(uid) ? 0 : 1, starts.GetValueOrDefault(uid)));
    }
}
