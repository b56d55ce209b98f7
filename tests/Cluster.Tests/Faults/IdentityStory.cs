using MiniK8s.Api.Errors;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A pod that is the only one of its name runs on behind a cut wire while everybody else gives its node up; its owner wants it elsewhere.</summary>
internal sealed class IdentityStory(EvictionLab shared)
{
    private const string Name = "named";
    private readonly Lab _lab = shared.Lab;

    public async Task PlayAsync()
    {
        await using var wire = new CutProxy(FaultyNode.ServerOf(_lab).Port);
        await using var node = FaultyNode.Of(_lab, Name, wire);
        await node.TellingAsync(() => PlayAsync(node, wire));
    }

    private async Task PlayAsync(FaultyNode node, CutProxy wire)
    {
        node.Start();
        await shared.UntilReadyAsync(Name);
        await shared.UntilChosenAsync(Name);
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, "default", $"metadata.name={Name}");
        await using var owner = await Owner.StartAsync(_lab.Api, EvictionLab.Template(Name, Name), keepsName: true);
        var first = await _lab.Api.UntilRunningAsync("default", Name);
        Assert.Equal(Name, first.Spec.NodeName);

        wire.BlackHole();
        await shared.UntilEvictedAsync(Name);
        // Where the second goes must not depend on who is heard first: the node, or the end of the pod.
        await _lab.Api.Resource<Node>().PatchAsync("", Name, PatchType.StrategicMergePatch, """{"spec":{"unschedulable":true}}""", "", CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _lab.Api.CreatePodAsync(owner.Next()));
        var waiting = (await _lab.Api.FindPodAsync("default", Name))!;
        var madeBehindTheCut = owner.Made.Count;
        var stoppedBehindTheCut = node.HasNoted($"stop {first.Metadata.Uid} main");

        wire.Mend();
        var second = await owner.MadeAsync(2);
        var running = await _lab.Api.UntilPodAsync("default", Name, pod => pod.Metadata.Uid == second.Metadata.Uid && pod.Condition("Ready") == "True", "runs again");

        // As long as its kubelet has not spoken, the name is taken and the pod as it was.
        Assert.Equal((409, "AlreadyExists"), (refusal.Status.Code, refusal.Status.Reason));
        Assert.Equal((first.Metadata.Uid, "Running"), (waiting.Metadata.Uid, waiting.Status.Phase));
        Assert.Equal((1, false), (madeBehindTheCut, stoppedBehindTheCut));
        // The first had ended, and its kubelet had said so, before there was a second.
        var last = watch.Changes.Single(change => change.Type == WatchEventType.Deleted).Object;
        Assert.Equal(first.Metadata.Uid, last.Metadata.Uid);
        Assert.True(last.Ended()!.FinishedAt.Seconds <= running.Status.ContainerStatuses[0].State.Running.StartedAt.Seconds);
        Assert.StartsWith("home-", running.Spec.NodeName, StringComparison.Ordinal);
        Assert.Equal((1, 0), (node.Starts(first.Metadata.Uid, "main"), node.Starts(second.Metadata.Uid, "main")));
        Assert.Equal(1, shared.Home.Starts(second.Metadata.Uid, "main"));
        WatchedPod.CheckForward([.. watch.Changes.TakeWhile(change => change.Object.Metadata.Uid == first.Metadata.Uid)]);
    }
}
