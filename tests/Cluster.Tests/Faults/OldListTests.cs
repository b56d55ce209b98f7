using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A kubelet restarts, and the first list of its pods is an old one; for a while it hears nothing newer.</summary>
[Collection("faults")]
public sealed class OldListTests(FaultLab shared)
{
    private const string Namespace = "default";

    private readonly Lab _lab = shared.Lab;

    /// <summary>The list has a pod that is gone, lacks one that runs, and tells of one as it was. Once the watch goes on a fourth comes.</summary>
    [Fact]
    public async Task StaleView_RestartedKubelet_StartsNothingThatIsGoneAndStopsNothingThatRuns()
    {
        await using var node = shared.Node("stale");
        node.Start();
        var gone = await RunAsync("stale-gone");
        var known = await RunAsync("stale-known");
        var old = await _lab.Api.Resource<Pod>().ListAsync(Namespace, new ListOptions(), CancellationToken.None);
        await _lab.Api.DeletePodAsync(Namespace, "stale-gone");
        await _lab.Api.UntilGoneAsync(Namespace, "stale-gone");
        var young = await RunAsync("stale-young");
        await Eventually.TrueAsync(() => node.HasNoted($"remove {gone.Metadata.Uid}"), "the gone pod is forgotten by the runtime");
        await node.KillAsync();

        var release = node.FileOf("release");
        node.Start("--list-at", old.ResourceVersion, "--release-file", release);
        await Eventually.TrueAsync(() => node.HasNoted("read stale-gone") && node.HasNoted("read stale-young"), $"both are asked for: {node.Log}");
        await File.WriteAllTextAsync(release, "");
        var late = await RunAsync("stale-late");

        Assert.Equal(1, node.Starts(gone.Metadata.Uid, "main"));
        Assert.Equal(1, node.Starts(late.Metadata.Uid, "main"));
        foreach (var pod in (Pod[])[known, young])
        {
            var now = (await _lab.Api.FindPodAsync(Namespace, pod.Metadata.Name))!;
            Assert.Equal(1, node.Starts(pod.Metadata.Uid, "main"));
            Assert.False(node.HasNoted($"stop {pod.Metadata.Uid} main"));
            Assert.Equal(pod.Status.ContainerStatuses, now.Status.ContainerStatuses);
        }
        foreach (var name in (string[])["stale-known", "stale-young", "stale-late"]) await _lab.Api.DeletePodAsync(Namespace, name);
        foreach (var name in (string[])["stale-known", "stale-young", "stale-late"]) await _lab.Api.UntilGoneAsync(Namespace, name);
    }

    /// <summary>The node's kubelet was away while its pod was put out of the world and another bound to the node.</summary>
    [Fact]
    public async Task LongAway_Running_PodThatIsGoneIsRemovedBeforeAnythingNewStarts()
    {
        await using var node = shared.Node("away");
        node.Start();
        var gone = await RunAsync("away-gone", Scripts.Deaf);
        await node.KillAsync();
        await _lab.Api.DeletePodAsync(Namespace, "away-gone", grace: 0);
        await _lab.Api.UntilGoneAsync(Namespace, "away-gone");
        var created = await _lab.Api.CreatePodAsync(Script("away-new", Scripts.Obedient));

        node.Start();
        await _lab.Api.UntilRunningAsync(Namespace, "away-new");

        Assert.True(node.CameBefore($"remove {gone.Metadata.Uid}", $"start {created.Metadata.Uid} main 0"));
        Assert.Equal(1, node.Starts(gone.Metadata.Uid, "main"));
        await _lab.Api.DeletePodAsync(Namespace, "away-new");
        await _lab.Api.UntilGoneAsync(Namespace, "away-new");
    }

    private async Task<Pod> RunAsync(string name, string script = Scripts.Obedient)
    {
        await _lab.Api.CreatePodAsync(Script(name, script));
        return await _lab.Api.UntilRunningAsync(Namespace, name);
    }

    private static Pod Script(string name, string script) => A.Script(Namespace, name, script).Grace(5).OnNode(name.Split('-')[0]);
}
