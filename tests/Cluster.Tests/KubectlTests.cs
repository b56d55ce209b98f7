using System.Diagnostics;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>The real kubectl against a real cluster of processes, where what it shows depends on time; all else is in the golden session.</summary>
[Collection("lab")]
public sealed class KubectlTests(SharedLab shared)
{
    private const string Web = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          labels: {app: web, tier: front}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: nginx
            image: nginx:1.25
            ports: [{containerPort: 80}]
        """;

    private Lab Lab => shared.Lab;

    [RequiresToolFact("kubectl")]
    public async Task ServerSideApply_RunningPod_EachOwnsItsOwnPart()
    {
        var ns = await shared.NewNamespaceAsync();
        var applied = await Lab.KubectlWithInputAsync(Web, "apply", "--server-side", "-n", ns, "-f", "-");
        await WaitReadyAsync(ns, "web");

        var conflict = await Lab.KubectlWithInputAsync(
            Web.Replace("nginx:1.25", "nginx:1.26"), "apply", "--server-side", "--field-manager", "other", "-n", ns, "-f", "-");
        var forced = await Lab.KubectlWithInputAsync(
            Web.Replace("nginx:1.25", "nginx:1.26"), "apply", "--server-side", "--field-manager", "other", "--force-conflicts", "-n", ns, "-f", "-");

        Assert.Equal("pod/web serverside-applied\n", applied.Output);
        Assert.Equal(1, conflict.ExitCode);
        Assert.StartsWith("error: Apply failed with 1 conflict: conflict with \"kubectl\": .spec.containers[name=\"nginx\"].image\n", conflict.Error);
        Assert.Equal("pod/web serverside-applied\n", forced.Output);
        var managers = await GetAsync(ns, "pod", "web", "-o", "jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}/{.subresource} {end}");
        Assert.Equal(["kubectl/Apply/", "kubelet/Update/status", "other/Apply/"], managers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [RequiresToolFact("kubectl")]
    public async Task GetWatch_PodComesAndGoes_EveryStepIsPrinted()
    {
        var ns = await shared.NewNamespaceAsync();
        using var watch = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", Lab.Kubeconfig, "get", "pods", "-n", ns, "-w", "--output-watch-events"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var lines = ReadLinesAsync(watch.StandardOutput, until: line => line.StartsWith("DELETED"));

        // The watch is open once it has printed what it found; before that the list is empty and nothing is printed.
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");
        await Lab.KubectlOkAsync("delete", "pod", "web", "-n", ns);
        var seen = await lines.WaitAsync(TimeSpan.FromSeconds(60));
        watch.Kill();

        Assert.Contains(seen, line => line.Contains("Running"));
        Assert.Contains(seen, line => line.Contains("Terminating"));
        Assert.StartsWith("DELETED", seen[^1]);
    }

    [RequiresToolFact("kubectl")]
    public async Task Describe_RunningPod_TellsItsStory()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");

        var described = await Eventually.GetAsync(
            async () => await Lab.KubectlOkAsync("describe", "pod", "web", "-n", ns),
            text => text.Contains("Started container nginx", StringComparison.Ordinal) && text.Contains("default-scheduler", StringComparison.Ordinal), "the events of kubelet and scheduler in describe");

        Assert.Matches(@"(?m)^Name: +web$", described);
        Assert.Matches(@"(?m)^Status: +Running$", described);
        Assert.Matches(@"(?m)^  PodScheduled +True *$", described);
        Assert.Matches($@"(?m)^  Normal  Scheduled  \S+ +default-scheduler  Successfully assigned {ns}/web to node-[12]$", described);
        Assert.Matches(@"(?m)^  Normal  Created    \S+ +kubelet +Created container: nginx$", described);
    }

    [RequiresToolFact("kubectl")]
    public async Task Describe_Node_ShowsWhatIsAllocated()
    {
        var described = await Lab.KubectlOkAsync("describe", "node", "node-1");

        Assert.Contains("KubeletReady", described);
        Assert.Contains("Allocated resources:", described);
        Assert.Matches(@"(?m)^  AcquireTime: +\S+|HolderIdentity: +node-1", described);
    }

    [RequiresToolFact("kubectl")]
    public async Task Logs_FollowAndPrevious_OfARestartingContainer()
    {
        var ns = await shared.NewNamespaceAsync();
        await using var watch = await WatchRecording<Pod>.StartAsync(Lab.Api, ns);
        await Lab.KubectlOkAsync("run", "crash", "-n", ns, "--image=busybox", "--", "sh", "-c", "echo run; sleep 1; exit 3");

        Assert.Equal("run\n", await Eventually.GetAsync(async () => (await Lab.KubectlAsync("logs", "crash", "-n", ns, "--previous")).Output, text => text.Length > 0, "the previous run's log"));
        // The first one, however late somebody looks: the next would be longer.
        var pod = (await watch.UntilAsync(change => change.Object.Status.ContainerStatuses.Any(s => s.State.Waiting?.Reason == "CrashLoopBackOff"), "crash is in CrashLoopBackOff"))[^1].Object;
        Assert.Equal(3, pod.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Equal("Running", pod.Status.Phase);
        Assert.Matches(@"^back-off 10s restarting failed container=crash pod=crash_", pod.Status.ContainerStatuses[0].State.Waiting.Message);
        await Lab.KubectlOkAsync("delete", "pod", "crash", "-n", ns, "--now");
    }

    [RequiresToolFact("kubectl")]
    public async Task Delete_Namespace_TakesItsPodsAlong()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");

        await Lab.KubectlOkAsync("delete", "namespace", ns, "--timeout=60s");

        Assert.Null(await Lab.Api.FindPodAsync(ns, "web"));
        Assert.Contains("not found", (await Lab.KubectlAsync("get", "namespace", ns)).Error);
    }

    private async Task<string> ApplyAsync(string ns, string manifest)
    {
        var result = await Lab.KubectlWithInputAsync(manifest, "apply", "-n", ns, "-f", "-");
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private Task<string> GetAsync(string ns, params string[] arguments) => Lab.KubectlOkAsync(["get", .. arguments, "-n", ns]);

    private Task WaitReadyAsync(string ns, string pod) => Lab.KubectlOkAsync("wait", $"pod/{pod}", "-n", ns, "--for=condition=Ready", "--timeout=60s");

    private static async Task<List<string>> ReadLinesAsync(StreamReader reader, Func<string, bool> until)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (until(line)) break;
        }
        return lines;
    }
}
