using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A kubelet dies as it is about to make a pod's container, and stays away until the pod's owner has had another made elsewhere.</summary>
internal sealed class ReplacedStory(EvictionLab shared)
{
    private const string Name = "halfway";
    private readonly Lab _lab = shared.Lab;

    public async Task PlayAsync()
    {
        await using var node = FaultyNode.Of(_lab, Name);
        await node.TellingAsync(() => PlayAsync(node));
    }

    private async Task PlayAsync(FaultyNode node)
    {
        node.Start("--die-at", "before-create-container");
        await shared.UntilReadyAsync(Name);
        await shared.UntilChosenAsync(Name);
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, "default");
        await using var owner = await Owner.StartAsync(_lab.Api, EvictionLab.Template(Name, Name), keepsName: false);
        var first = await owner.MadeAsync(1);
        await node.DiedAsync();

        await shared.UntilLostAsync(Name);
        var evicted = await shared.UntilEvictedAsync(first.Metadata.Name);
        var second = await owner.MadeAsync(2);
        var running = await _lab.Api.UntilRunningAsync("default", second.Metadata.Name);
        var waiting = (await _lab.Api.FindPodAsync("default", first.Metadata.Name))!;
        node.Start();
        await _lab.Api.UntilGoneAsync("default", first.Metadata.Name);
        await shared.UntilReadyAsync(Name);

        // It was bound here and never ran; nobody but its kubelet, back again, could take it out of the world.
        Assert.Equal((Name, "Pending"), (evicted.Spec.NodeName, evicted.Status.Phase));
        Assert.Equal((first.Metadata.Uid, true), (waiting.Metadata.Uid, waiting.IsTerminating()));
        Assert.StartsWith("home-", running.Spec.NodeName, StringComparison.Ordinal);
        Assert.Equal((0, 1), (node.Starts(first.Metadata.Uid, "main"), shared.Home.Starts(second.Metadata.Uid, "main")));
        var left = Assert.Single(await owner.PodsAsync());
        Assert.Equal((second.Metadata.Uid, "Running"), (left.Metadata.Uid, left.Status.Phase));
        Assert.Equal(2, owner.Made.Count);
        WatchedPod.CheckForward([.. watch.Changes.Where(change => change.Object.Metadata.Uid == first.Metadata.Uid)]);
    }
}
