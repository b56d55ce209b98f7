using System.Diagnostics;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>A Pod's way out of life, in every case the API and the kubelet tell apart.</summary>
[Collection("lab")]
public sealed class TerminationFlowTests(SharedLab shared)
{
    // Handles SIGTERM at once; a shell that is process 1 ignores it otherwise.
    private const string Obedient = "trap 'echo bye; exit 0' TERM; while true; do sleep 1; done";
    private const string Deaf = "while true; do sleep 1; done";

    [Fact]
    public async Task Delete_ExitsAtOnce_EveryStepIsSeenInOrder()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Obedient).Grace(20));
        await using var watch = await WatchRecording<Pod>.StartAsync(lab.Api, ns);
        var asked = DateTimeOffset.UtcNow;

        await lab.Api.DeletePodAsync(ns, "p");
        var answered = DateTimeOffset.UtcNow;
        var steps = await watch.UntilAsync(c => c.Type == WatchEventType.Deleted, "DELETED");

        // asked for: a deletionTimestamp in the future by the grace period, still Running
        var first = steps[0].Object;
        Assert.Equal(20, first.Metadata.DeletionGracePeriodSeconds);
        Assert.InRange(first.Metadata.DeletionTimestamp.ToDateTimeOffset(), asked.AddSeconds(20 - 1), answered.AddSeconds(20 + 1));      // the API's times are whole seconds
        Assert.Equal("Running", first.Status.Phase);
        // ended: the container's result is in the status before the object goes
        var last = steps[^1].Object;
        Assert.Equal("Succeeded", last.Status.Phase);
        Assert.Equal((0, "Completed"), (last.Ended()!.ExitCode, last.Ended()!.Reason));
        var final = steps.Select(s => s.Object).First(o => o.Metadata.DeletionGracePeriodSeconds == 0);
        Assert.Equal("Succeeded", final.Status.Phase);
        Assert.All(steps.SkipLast(1), s => Assert.Equal(WatchEventType.Modified, s.Type));
        Assert.True(last.Ended()!.FinishedAt.ToDateTimeOffset() < first.Metadata.DeletionTimestamp.ToDateTimeOffset(), "it waited for the grace period to end");
    }

    [Fact]
    public async Task Delete_IgnoresSigterm_IsKilledAtTheEndOfTheGrace()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Deaf).Grace(4));

        var (took, last) = await DeleteAndWaitAsync(lab, ns);

        Assert.Equal(137, last.Ended()!.ExitCode);
        Assert.Equal("Failed", last.Status.Phase);
        Assert.InRange(took.TotalSeconds, 3.5, 29);      // not the 30 s of a Pod that says nothing
    }

    [Fact]
    public async Task Delete_PreStopWithinTheGrace_RunsFirstAndCountsAgainstIt()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Obedient).Grace(20).PreStop("sh", "-c", "sleep 2"));

        var (took, last) = await DeleteAndWaitAsync(lab, ns);

        Assert.Equal(0, last.Ended()!.ExitCode);
        Assert.InRange(took.TotalSeconds, 2, 19.9);      // the hook's 2 s, and not the 20 s of the grace period
    }

    [Fact]
    public async Task Delete_PreStopLongerThanTheGrace_IsAbandonedAndTwoSecondsRemain()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Deaf).Grace(3).PreStop("sh", "-c", "sleep 60"));

        var (took, last) = await DeleteAndWaitAsync(lab, ns);

        Assert.Equal(137, last.Ended()!.ExitCode);
        Assert.InRange(took.TotalSeconds, 4.5, 59);      // 3 s of hook, the 2 s minimum, then the kill, and not the 60 s of the hook
    }

    [Fact]
    public async Task ForceDelete_RunningPod_VanishesAtOnce()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Deaf).Grace(60));
        await using var watch = await WatchRecording<Pod>.StartAsync(lab.Api, ns);

        await lab.Api.DeletePodAsync(ns, "p", grace: 0);

        Assert.Null(await lab.Api.FindPodAsync(ns, "p"));
        var steps = await watch.UntilAsync(c => c.Type == WatchEventType.Deleted, "DELETED");
        Assert.Equal([WatchEventType.Modified, WatchEventType.Deleted], steps.Select(s => s.Type));
    }

    [Fact]
    public async Task SecondDelete_ShorterGrace_BringsTheEndForward()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Deaf).Grace(120));
        await lab.Api.DeletePodAsync(ns, "p");
        var clock = Stopwatch.StartNew();

        var second = await lab.Api.DeletePodAsync(ns, "p", grace: 3);

        Assert.Equal(3, second.Metadata.DeletionGracePeriodSeconds);
        await lab.Api.UntilGoneAsync(ns, "p");
        Assert.InRange(clock.Elapsed.TotalSeconds, 2, 100);     // and not the first delete's 120
    }

    [Fact]
    public async Task SecondDelete_LongerGrace_ChangesNothing()
    {
        var (lab, ns) = await BeginAsync();
        await RunAsync(A.Script(ns, "p", Deaf).Grace(5));
        var first = await lab.Api.DeletePodAsync(ns, "p");

        var second = await lab.Api.DeletePodAsync(ns, "p", grace: 100);

        Assert.Equal(first.Metadata.DeletionTimestamp, second.Metadata.DeletionTimestamp);
        Assert.Equal(5, second.Metadata.DeletionGracePeriodSeconds);
        await lab.Api.UntilGoneAsync(ns, "p");
    }

    [Fact]
    public async Task Delete_NeverScheduled_IsRemovedAtOnce()
    {
        var (lab, ns) = await BeginAsync();
        var pod = A.Pod(ns, "p");
        pod.Spec.NodeSelector["no-such-label"] = "x";
        await lab.Api.CreatePodAsync(pod);
        await lab.Api.UntilPodAsync(ns, "p", p => p.Condition("PodScheduled") == "False", "is found unschedulable");

        await lab.Api.DeletePodAsync(ns, "p");

        Assert.Null(await lab.Api.FindPodAsync(ns, "p"));
    }

    [Fact]
    public async Task Delete_AlreadySucceeded_IsRemovedAtOnce()
    {
        var (lab, ns) = await BeginAsync();
        await lab.Api.CreatePodAsync(A.Script(ns, "p", "echo done").Restart("Never"));
        var pod = await lab.Api.UntilPodAsync(ns, "p", p => p.Status.Phase == "Succeeded", "has Succeeded");
        Assert.Equal("PodCompleted", pod.Status.Conditions.Single(c => c.Type == "Ready").Reason);

        await lab.Api.DeletePodAsync(ns, "p");

        Assert.Null(await lab.Api.FindPodAsync(ns, "p"));
    }

    private async Task<(Lab Lab, string Namespace)> BeginAsync() => (shared.Lab, await shared.NewNamespaceAsync());

    private async Task RunAsync(Pod pod)
    {
        await shared.Lab.Api.CreatePodAsync(pod);
        await shared.Lab.Api.UntilRunningAsync(pod.Metadata.Namespace, pod.Metadata.Name);
    }

    private static async Task<(TimeSpan Took, Pod Last)> DeleteAndWaitAsync(Lab lab, string ns)
    {
        await using var watch = await WatchRecording<Pod>.StartAsync(lab.Api, ns);
        var clock = Stopwatch.StartNew();
        await lab.Api.DeletePodAsync(ns, "p");
        var steps = await watch.UntilAsync(c => c.Type == WatchEventType.Deleted, "DELETED");
        return (clock.Elapsed, steps[^1].Object);
    }
}
