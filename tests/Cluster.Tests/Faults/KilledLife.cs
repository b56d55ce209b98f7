using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>One pod's life on a node whose kubelet dies in the middle of it and comes back; throws where a promise was broken.</summary>
internal sealed class KilledLife(FaultLab shared, KillPoint point)
{
    private const string Namespace = "default";
    private const int Grace = 12;

    // How long the kubelet of a stubborn pod is away: enough to tell a grace that goes on from one granted anew.
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(5);

    private readonly Lab _lab = shared.Lab;

    public async Task PlayAsync()
    {
        await using var node = shared.Node(point.Name);
        await node.TellingAsync(() => PlayAsync(node));
    }

    private async Task PlayAsync(FaultyNode node)
    {
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace, $"metadata.name={point.Name}");
        var uid = (await _lab.Api.CreatePodAsync(PodOf())).Metadata.Uid;
        var deadline = await DieAsync(node);
        if (point.Kind == LifeKind.StubbornlyLeaving) await Task.Delay(Absence);
        node.Start();

        switch (point.Kind)
        {
            case LifeKind.Crashing:
                await _lab.Api.UntilPodAsync(Namespace, point.Name, pod => MainOf(pod) is { RestartCount: >= 2, LastState.Terminated.ExitCode: 1 }, "has been restarted twice");
                break;
            case LifeKind.Ending:
                await _lab.Api.UntilPodAsync(Namespace, point.Name, pod => pod.Status.Phase == "Failed", "has failed");
                break;
            case LifeKind.Arriving or LifeKind.Renewing:
                await CheckRunningAsync(node);
                break;
        }
        if (deadline is null) await _lab.Api.DeletePodAsync(Namespace, point.Name);
        var steps = await watch.UntilAsync(change => change.Type == WatchEventType.Deleted, $"DELETED of {point.Name}");
        await Eventually.TrueAsync(() => node.HasNoted($"remove {uid}"), $"{point.Name} is forgotten by the runtime");

        CheckStarts(node, uid, steps[^1].Object);
        WatchedPod.CheckForward(steps);
        if (point.Kind != LifeKind.Crashing) WatchedPod.CheckOneInstanceRan(steps);
        CheckEnd(steps[^1].Object);
        if (point.Kind == LifeKind.StubbornlyLeaving) CheckGrace(node, steps[^1].Object, deadline!.Value);
    }

    // Returns the pod's deletionTimestamp where the death comes in the course of its deletion.
    private async Task<DateTimeOffset?> DieAsync(FaultyNode node)
    {
        if (point.Kind == LifeKind.Renewing)
        {
            node.Start();
            await _lab.Api.UntilRunningAsync(Namespace, point.Name);
            await node.KillAsync();
        }
        node.Start("--die-at", point.Moment, "--die-on", $"{point.Coming}");
        DateTimeOffset? deadline = null;
        if (point.Kind is LifeKind.Leaving or LifeKind.StubbornlyLeaving)
        {
            await _lab.Api.UntilRunningAsync(Namespace, point.Name);
            deadline = (await _lab.Api.DeletePodAsync(Namespace, point.Name)).Metadata.DeletionTimestamp.ToDateTimeOffset();
        }
        await node.DiedAsync();
        return deadline;
    }

    private async Task CheckRunningAsync(FaultyNode node)
    {
        var pod = await _lab.Api.UntilRunningAsync(Namespace, point.Name);
        Assert.Equal(point.LosesAnInstance ? 1 : 0, MainOf(pod).RestartCount);
        // Its output went on where it was, and was begun once.
        await Eventually.TrueAsync(async () => (await LogAsync()).Code == 200, $"the kubelet of {node.Name} answers");
        Assert.Equal("begun\n", (await LogAsync()).Body);
    }

    private Task<RestAnswer> LogAsync() =>
        shared.Rest.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{Namespace}/pods/{point.Name}/log?container=main", null, "");

    private void CheckStarts(FaultyNode node, string uid, Pod last)
    {
        foreach (var init in last.Spec.InitContainers) Assert.Equal(1, node.Starts(uid, init.Name));
        if (point.Kind == LifeKind.Crashing) Assert.InRange(node.Starts(uid, "main"), 2, MainOf(last).RestartCount + 1);
        else Assert.Equal(1, node.Starts(uid, "main"));
        Assert.True(node.StartsAreUnique(), $"{point.Name}: an instance was started twice");
    }

    // Killed when the first kubelet would have killed it: the second one granted what was left of the grace, or, where it came back too late
    // for that, the two seconds that there are between every signal and its kill.
    private static void CheckGrace(FaultyNode node, Pod last, DateTimeOffset deadline)
    {
        var (began, grace) = node.LastStop(last.Metadata.Uid, "main");
        var wholeSeconds = TimeSpan.FromSeconds(1);         // the API's times have no fractions
        Assert.True(grace <= TimeSpan.FromSeconds(2) || began + grace <= deadline + wholeSeconds, $"{grace} were granted at {began} for a stop until {deadline}");
        Assert.True(MainOf(last).State.Terminated.FinishedAt.ToDateTimeOffset() >= deadline - 2 * wholeSeconds, "it was killed before its time");
    }

    private void CheckEnd(Pod last)
    {
        var ended = MainOf(last).State.Terminated;
        switch (point.Kind)
        {
            case LifeKind.Arriving or LifeKind.Renewing or LifeKind.Leaving:
                Assert.Equal(("Succeeded", 0), (last.Status.Phase, ended.ExitCode));
                break;
            case LifeKind.Ending:
                Assert.Equal(("Failed", 3, 0), (last.Status.Phase, ended.ExitCode, MainOf(last).RestartCount));
                break;
            case LifeKind.StubbornlyLeaving:
                Assert.Equal(137, ended.ExitCode);
                break;
        }
    }

    private static ContainerStatus MainOf(Pod pod) => pod.Status.ContainerStatuses[0];

    private Pod PodOf() => point.Kind switch
    {
        LifeKind.Arriving => Scripts.WithHook(Scripts.WithInits(Script(Scripts.Obedient))),
        LifeKind.Crashing => Script("exit 1"),
        LifeKind.Ending => Script("sleep 1; exit 3").Restart("Never"),
        LifeKind.StubbornlyLeaving => Script(Scripts.Deaf).PreStop("sleep", "1"),
        _ => Script(Scripts.Obedient),
    };

    private Pod Script(string script) => A.Script(Namespace, point.Name, script).Grace(Grace).OnNode(point.Name);
}
