using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A node at rest under running pods is lost, by kill -9 or by a cut wire, and comes back after those that tolerate it least have been evicted.</summary>
internal sealed class LostNodeStory(EvictionLab shared, string name, bool isKilled)
{
    private readonly Lab _lab = shared.Lab;

    public async Task PlayAsync()
    {
        await using var wire = new CutProxy(FaultyNode.ServerOf(_lab).Port);
        await using var node = FaultyNode.Of(_lab, name, wire);
        await node.TellingAsync(() => PlayAsync(node, wire));
    }

    private async Task PlayAsync(FaultyNode node, CutProxy wire)
    {
        node.Start();
        await shared.UntilReadyAsync(name);
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, "default", $"spec.nodeName={name}");
        var leaving = await RunAsync(EvictionLab.Tolerating(Script("leaving"), EvictionLab.Seconds));
        var staying = new[] { await RunAsync(Script("patient")), await RunAsync(EvictionLab.Tolerating(Script("loyal"), null)) };

        if (isKilled) await node.KillAsync();
        else wire.BlackHole();
        await shared.UntilLostAsync(name);
        var evicted = await shared.UntilEvictedAsync(leaving.Metadata.Name);
        var asked = evicted.Metadata.DeletionTimestamp.ToDateTimeOffset() - TimeSpan.FromSeconds(evicted.Metadata.DeletionGracePeriodSeconds);
        var lost = (await TaintAsync()).TimeAdded.ToDateTimeOffset();
        var late = await _lab.Api.CreatePodAsync(Script("late"));

        if (isKilled) node.Start();
        else wire.Mend();
        await _lab.Api.UntilGoneAsync("default", leaving.Metadata.Name);
        await _lab.Api.UntilRunningAsync("default", late.Metadata.Name);
        await shared.UntilReadyAsync(name);

        // Not before its seconds were over (the API's times are whole ones), by its own grace, and while it ran on.
        Assert.True(asked - lost >= TimeSpan.FromSeconds(EvictionLab.Seconds - 1), $"lost at {lost:T}, evicted at {asked:T}");
        Assert.Equal((5, "Running"), (evicted.Metadata.DeletionGracePeriodSeconds, evicted.Status.Phase));
        Assert.True(node.HasNoted($"stop {leaving.Metadata.Uid} main"));
        Assert.Equal((1, 1), (node.Starts(leaving.Metadata.Uid, "main"), node.Starts(late.Metadata.Uid, "main")));
        foreach (var before in staying)
        {
            var now = await _lab.Api.UntilRunningAsync("default", before.Metadata.Name);
            Assert.False(now.IsTerminating());
            Assert.Equal(1, node.Starts(before.Metadata.Uid, "main"));
            Assert.Equal(before.Status.ContainerStatuses, now.Status.ContainerStatuses);
        }
        foreach (var history in watch.Changes.GroupBy(change => change.Object.Metadata.Uid)) WatchedPod.CheckForward([.. history]);
    }

    private Pod Script(string what) => A.Script("default", $"{name}-{what}", Scripts.Obedient).Grace(5).OnNode(name);

    private async Task<Pod> RunAsync(Pod pod)
    {
        await _lab.Api.CreatePodAsync(pod);
        return await _lab.Api.UntilRunningAsync("default", pod.Metadata.Name);
    }

    private async Task<Taint> TaintAsync() =>
        (await _lab.Api.Resource<Node>().GetAsync("", name, CancellationToken.None)).Spec.Taints.Single(taint => taint.Effect == "NoExecute");
}
