using System.Diagnostics;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>A scheduler of several names, as a process beside the lab's own.</summary>
[Collection("lab")]
public sealed class SchedulerProfilesTests(SharedLab shared)
{
    private static string Program => Path.Combine(Path.GetDirectoryName(Lab.Program)!, "MiniK8s.Scheduler.dll");

    [Fact]
    public async Task Profiles_TwoInOneProcess_ScheduleTheirPodsByTheirOwnRulesAndInTheirOwnNames()
    {
        var ns = await shared.NewNamespaceAsync();
        using var file = new TemporaryFile($"""
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            profiles:
            {Profile("first", "node-1")}
            {Profile("second", "node-2")}
            """);
        await using var scheduler = Start(file.Path);

        // Each pod chooses by its name; what a profile adds is not to be seen in the pod.
        foreach (var name in (string[])["first", "second"]) await shared.Lab.Api.CreatePodAsync(By(A.Pod(ns, name), name));

        Assert.Equal("node-1", (await shared.Lab.Api.UntilPodAsync(ns, "first", pod => pod.Spec.NodeName.Length > 0, "is bound")).Spec.NodeName);
        Assert.Equal("node-2", (await shared.Lab.Api.UntilPodAsync(ns, "second", pod => pod.Spec.NodeName.Length > 0, "is bound")).Spec.NodeName);
        foreach (var name in (string[])["first", "second"])
        {
            await Eventually.TrueAsync(
                async () => (await EventsAsync(ns)).Any(happened => happened.Reason == "Scheduled" && happened.InvolvedObject.Name == name && happened.ReportingComponent == name),
                $"{name} reports in its own name");
        }
    }

    [Fact]
    public async Task Config_FaultyFile_EndsTheProcessWithALineForEachFault()
    {
        using var file = new TemporaryFile("""
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            podInitialBackoffSeconds: 0
            profiles:
            - schedulerName: only
              plugins:
                bind: {disabled: [{name: '*'}]}
                score: {enabled: [{name: NodeAffinity, weight: 0}, {name: NodeAffinty}]}
            """);

        var result = await Command.RunAsync("dotnet", [Program, "--config", file.Path]);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            [
                "scheduler: --config: podInitialBackoffSeconds: Invalid value: 0: must be greater than 0",
                "scheduler: --config: profiles[0].plugins.score.enabled[1]: ScorePlugin \"NodeAffinty\" does not exist",
                "scheduler: --config: profiles[0].plugins.score: score plugin \"NodeAffinity\" is not configured with weight",
                "scheduler: --config: profiles[0].plugins: at least one bind plugin is needed for profile with scheduler name \"only\"",
            ],
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Config_NoSuchFile_EndsTheProcess()
    {
        var result = await Command.RunAsync("dotnet", [Program, "--config", "/no/such/file.yaml"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("/no/such/file.yaml", result.Error, StringComparison.Ordinal);
    }

    private static string Profile(string name, string node) =>
        $"- {{schedulerName: {name}, pluginConfig: [{{name: NodeAffinity, args: {{addedAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: "
        + $"[{{matchFields: [{{key: metadata.name, operator: In, values: [{node}]}}]}}]}}}}}}}}]}}";

    private static Pod By(Pod pod, string scheduler)
    {
        pod.Spec.SchedulerName = scheduler;
        return pod;
    }

    private async Task<IReadOnlyList<Event>> EventsAsync(string ns) => (await shared.Lab.Api.Resource<Event>().ListAsync(ns, options: null, CancellationToken.None)).Items;

    private OwnScheduler Start(string config) => new(Process.Start(new ProcessStartInfo(
        "dotnet", [Program, "--kubeconfig", shared.Lab.Kubeconfig, "--config", config, "--port", "0", "--grpc-port", "0", "--leader-elect=false", "--exit-on-stdin-close"]) { RedirectStandardInput = true })!);

    // Ends with its standard input.
    private sealed class OwnScheduler(Process process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await process.WaitForExitAsync(patience.Token);
            process.Dispose();
        }
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mk8s-test-{Guid.NewGuid():n}.yaml");

        public void Dispose() => File.Delete(Path);
    }
}
