using MiniK8s.Api.Errors;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A pod is deleted and made again under its name while the first one still runs on the node.</summary>
[Collection("faults")]
public sealed class RecreationTests(FaultLab shared)
{
    private const string Namespace = "default";
    private const string Slow = "trap 'sleep 2; exit 0' TERM; while true; do sleep 1; done";

    private readonly Lab _lab = shared.Lab;

    /// <summary>Asked for in the ordinary way, the name is not free before the kubelet has said that the old one has ended.</summary>
    [Fact]
    public async Task Recreated_StartInFlight_NewWaitsForTheOldToEnd()
    {
        await using var node = shared.Node("twin");
        node.Start();
        var old = await RunAsync();
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace, "metadata.name=twin");

        await _lab.Api.DeletePodAsync(Namespace, "twin");
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _lab.Api.CreatePodAsync(Twin()));
        var last = (await watch.UntilAsync(change => change.Type == WatchEventType.Deleted, "DELETED"))[^1].Object;
        var young = await RunAsync();

        Assert.Equal((409, "AlreadyExists"), (refusal.Status.Code, refusal.Status.Reason));
        Assert.NotEqual(old.Metadata.Uid, young.Metadata.Uid);
        Assert.True(last.Ended()!.FinishedAt.Seconds <= young.Status.ContainerStatuses[0].State.Running.StartedAt.Seconds);
        Assert.Equal((1, 1), (node.Starts(old.Metadata.Uid, "main"), node.Starts(young.Metadata.Uid, "main")));
        await ClearAsync();
    }

    /// <summary>Forced, the name is free at once, and both run until the old one has stopped, as in Kubernetes; neither touches the other.</summary>
    [Fact]
    public async Task Recreated_Running_ForcedDelete_OldEndsBesideTheNewAndNeverWritesToIt()
    {
        await using var node = shared.Node("twin");
        node.Start();
        var old = await RunAsync();
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace, "metadata.name=twin");

        await _lab.Api.DeletePodAsync(Namespace, "twin", grace: 0);
        var young = await RunAsync();
        await Eventually.TrueAsync(() => node.HasNoted($"remove {old.Metadata.Uid}"), "the old pod is forgotten by the runtime");

        var foreign = old.Status.ContainerStatuses[0].ContainerId;
        var shown = watch.Changes.Where(change => change.Object.Metadata.Uid == young.Metadata.Uid).Select(change => change.Object).ToList();
        Assert.DoesNotContain(shown, pod => pod.Status.ContainerStatuses.Any(status => status.ContainerId == foreign));
        Assert.Equal((1, 1), (node.Starts(old.Metadata.Uid, "main"), node.Starts(young.Metadata.Uid, "main")));
        Assert.False(node.HasNoted($"stop {young.Metadata.Uid} main"));
        await ClearAsync();
    }

    /// <summary>The kubelet dies in the grace of the old one, which is then forced out of the world: it is stopped as it comes back, the new one starts after.</summary>
    [Fact]
    public async Task Recreated_Grace_KubeletAway_OldIsRemovedBeforeTheNewStarts()
    {
        await using var node = shared.Node("twin");
        node.Start("--die-at", "in-stop-container");
        var old = await RunAsync();
        await _lab.Api.DeletePodAsync(Namespace, "twin");
        await node.DiedAsync();
        await _lab.Api.DeletePodAsync(Namespace, "twin", grace: 0);

        var young = await _lab.Api.CreatePodAsync(Twin());
        node.Start();
        await _lab.Api.UntilRunningAsync(Namespace, "twin");

        Assert.True(node.CameBefore($"remove {old.Metadata.Uid}", $"start {young.Metadata.Uid} main 0"));
        Assert.Equal((1, 1), (node.Starts(old.Metadata.Uid, "main"), node.Starts(young.Metadata.Uid, "main")));
        await ClearAsync();
    }

    private static Pod Twin() => A.Script(Namespace, "twin", Slow).Grace(6).OnNode("twin");

    private async Task<Pod> RunAsync()
    {
        await _lab.Api.CreatePodAsync(Twin());
        return await _lab.Api.UntilRunningAsync(Namespace, "twin");
    }

    private async Task ClearAsync()
    {
        await _lab.Api.DeletePodAsync(Namespace, "twin", grace: 1);
        await _lab.Api.UntilGoneAsync(Namespace, "twin");
    }
}
