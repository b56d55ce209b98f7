using System.Globalization;
using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.ScriptedScenes;

/// <summary>Each of the examples of scripted scenes shows what its README says.</summary>
[Collection("lab")]
public sealed class SampleScenesTests(SampleScenes scenes) : IClassFixture<SampleScenes>
{
    [RequiresToolFact("kubectl")]
    public async Task Exit_AfterTwentySeconds_IsErrorAndComesBack()
    {
        var pods = await scenes.UntilAsync("scene-exit", pod => Last(pod) is not null, "has ended once");

        var end = Last(pods[^1])!;
        Assert.Equal((3, "Error", TimeSpan.FromSeconds(20)), (end.ExitCode, end.Reason, Lasted(end)));
        await scenes.UntilAsync("scene-exit", pod => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff" }], "is held back");
    }

    [RequiresToolFact("kubectl")]
    public async Task Memory_PassesTheLimit_IsOomKilled()
    {
        var end = Last((await scenes.UntilAsync("scene-memory", pod => Last(pod) is not null, "has ended once"))[^1])!;

        Assert.Equal((137, "OOMKilled"), (end.ExitCode, end.Reason));
        Assert.InRange(Lasted(end).TotalSeconds, 12, 14);
    }

    [RequiresToolFact("kubectl")]
    public async Task Ignore_Deleted_TakesTheWholeGrace()
    {
        await scenes.UntilAsync("scene-ignore", IsReady, "is Ready");

        await scenes.Lab.KubectlOkAsync("delete", "pod", "scene-ignore", "-n", scenes.Namespace);

        var last = (await scenes.UntilAsync("scene-ignore", pod => pod.Ended() is not null, "has ended"))[^1];
        Assert.Equal(137, last.Ended()!.ExitCode);
        // Not before; a busy machine's kubelet hears of the deletion later.
        Assert.InRange((last.Ended()!.FinishedAt.ToDateTimeOffset() - last.Metadata.DeletionTimestamp.ToDateTimeOffset()).TotalSeconds, -1, 20);
    }

    [RequiresToolFact("kubectl")]
    public async Task Readiness_ItsWindow_IsReadyThenNotThenReadyAgain()
    {
        await scenes.UntilAsync("scene-readiness", IsReady, "is Ready");
        await scenes.UntilAsync("scene-readiness", pod => pod.Status.StartTime is not null && IsRunning(pod) && !IsReady(pod) && Age(pod) >= 29, "is not Ready any more");

        var pods = await scenes.UntilAsync("scene-readiness", pod => IsReady(pod) && Age(pod) >= 59, "is Ready again");

        Assert.Equal(0, pods[^1].Status.ContainerStatuses[0].RestartCount);
        Assert.Equal("Readiness probe failed: the scene has it fail", await scenes.EventAsync("scene-readiness", "Unhealthy"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Pull_SaysFifteenSeconds_TakesThem()
    {
        await scenes.UntilAsync("scene-pull", IsReady, "is Ready");

        // A usual pull of this image takes less than five; a busy machine hears of the end later.
        var told = Regex.Match(await scenes.EventAsync("scene-pull", "Pulled"), "^Successfully pulled image \"nginx:1.25\" in (\\d+)");
        Assert.InRange(int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture), 15, 25);
    }

    [RequiresToolFact("kubectl")]
    public async Task Liveness_NoLongerAnswers_IsRestarted()
    {
        await scenes.UntilAsync("scene-liveness", pod => pod.Status.ContainerStatuses is [{ RestartCount: >= 1 }], "was restarted");

        Assert.Equal("Liveness probe failed: the scene has it fail", await scenes.EventAsync("scene-liveness", "Unhealthy"));
        Assert.Equal("Container web failed liveness probe, will be restarted", await scenes.EventAsync("scene-liveness", "Killing"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Startup_TwelveSeconds_StartsWithoutARestart()
    {
        var pod = (await scenes.UntilAsync("scene-startup", IsReady, "is Ready"))[^1];

        Assert.Equal(0, pod.Status.ContainerStatuses[0].RestartCount);
        Assert.InRange(Age(pod), 11, 20);
    }

    [RequiresToolFact("kubectl")]
    public async Task Chance_OfTheSeed_IsAlwaysTheSame()
    {
        var end = Last((await scenes.UntilAsync("scene-chance", pod => Last(pod) is not null || pod.Ended() is not null, "has ended once"))[^1])!;

        Assert.Equal((2, "Error"), (end.ExitCode, end.Reason));
    }

    [RequiresToolFact("kubectl")]
    public async Task OneOfTwo_HelperEnds_TheOtherRunsOn()
    {
        var pod = (await scenes.UntilAsync("scene-two", pod => pod.Status.ContainerStatuses.Any(c => c.State?.Terminated is not null), "has lost its helper"))[^1];

        Assert.Equal(("Running", "False"), (pod.Status.Phase, pod.Condition("Ready")));
        Assert.Equal(("helper", 0), (pod.Status.ContainerStatuses[0].Name, pod.Status.ContainerStatuses[0].State.Terminated?.ExitCode));
    }

    [RequiresToolFact("kubectl")]
    public async Task Init_FailsEachTime_NeverComesToItsContainer()
    {
        var pod = (await scenes.UntilAsync(
            "scene-init", pod => pod.Status.InitContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff" }], "is held back"))[^1];

        Assert.Equal((1, "Pending"), (pod.Status.InitContainerStatuses[0].LastState.Terminated.ExitCode, pod.Status.Phase));
        Assert.Equal("PodInitializing", pod.Status.ContainerStatuses[0].State.Waiting.Reason);
    }

    [RequiresToolFact("kubectl")]
    public async Task Fault_Corrected_GoesOn()
    {
        var ns = scenes.Namespace.Length > 0 ? scenes.Namespace : (await scenes.UntilAsync("scene-exit", _ => true, "is there"))[0].Metadata.Namespace;
        var manifest = (await File.ReadAllTextAsync(Path.Combine(SampleScenes.Folder, "01-exit.yaml"))).Replace("scene-exit", "scene-fault", StringComparison.Ordinal);
        await scenes.Lab.KubectlWithInputAsync(manifest.Replace("exit 3 after 20s", "exit soon", StringComparison.Ordinal), "apply", "-n", ns, "-f", "-");

        var told = await scenes.EventAsync("scene-fault", "FailedCreatePodSandBox");
        await scenes.Lab.KubectlWithInputAsync(manifest, "apply", "-n", ns, "-f", "-");

        Assert.Equal(
            "Failed to create pod sandbox: annotation minik8s.dev/scene: \"exit soon\" should read: exit CODE after TIME, for example exit 3 after 20s", told);
        await scenes.UntilAsync("scene-fault", IsReady, "is Ready");
    }

    [Fact]
    public void Samples_EachOne_StandsInTheReadme()
    {
        var readme = File.ReadAllText(Path.Combine(SampleScenes.Folder, "README.md"));
        var samples = Directory.GetFiles(SampleScenes.Folder, "*.yaml").Select(Path.GetFileName).ToList();

        Assert.Equal(10, samples.Count);
        Assert.All(samples, sample => Assert.Contains($"]({sample})", readme, StringComparison.Ordinal));
    }

    private static bool IsReady(Pod pod) => pod.Condition("Ready") == "True";

    private static bool IsRunning(Pod pod) => pod.Status.Phase == "Running";

    private static ContainerStateTerminated? Last(Pod pod) => pod.Status.ContainerStatuses is [var status, ..] ? status.State?.Terminated ?? status.LastState?.Terminated : null;

    private static TimeSpan Lasted(ContainerStateTerminated end) => end.FinishedAt.ToDateTimeOffset() - end.StartedAt.ToDateTimeOffset();

    // From the container's start to the last change of Ready.
    private static double Age(Pod pod) =>
        (pod.Status.Conditions.Single(c => c.Type == "Ready").LastTransitionTime.ToDateTimeOffset() - pod.Status.ContainerStatuses[0].State.Running.StartedAt.ToDateTimeOffset()).TotalSeconds;
}
