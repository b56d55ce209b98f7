using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>kubectl debug: a container beside those of a Pod, or a copy of the Pod, to look from.</summary>
[Collection("lab")]
public sealed class KubectlDebugTests(SharedLab shared)
{
    private Lab Lab => shared.Lab;

    [RequiresToolFact("kubectl")]
    public async Task Debug_EphemeralContainer_SharesThePodsNetwork()
    {
        var ns = await RunAsync("web", "--image=nginx");
        await using var terminal = Terminal.Kubectl(Lab, $"debug -it web -n {ns} --image=busybox --target=web -c debugger -- sh");

        await terminal.ShowsAsync("try pressing enter.");
        await terminal.TypeAsync("\r");
        await terminal.ShowsAsync("/ # ");
        await terminal.TypeAsync("wget -qO- http://localhost | grep title\r");
        await terminal.ShowsAsync("<title>Welcome to nginx!</title>");
        await terminal.TypeAsync("exit\r");

        Assert.Equal(0, await terminal.EndAsync());
        var pod = await Lab.Api.UntilPodAsync(ns, "web", p => p.Status.EphemeralContainerStatuses.Any(s => s.State.Terminated is not null), "its debugger has ended");
        Assert.Equal(("debugger", "Completed", 0), (pod.Status.EphemeralContainerStatuses[0].Name, pod.Status.EphemeralContainerStatuses[0].State.Terminated.Reason, pod.Status.EphemeralContainerStatuses[0].RestartCount));
        Assert.Equal(("Running", true), (pod.Status.Phase, pod.Status.ContainerStatuses[0].Ready));
        Assert.Contains("Welcome to nginx!", await Lab.KubectlOkAsync("logs", "web", "-n", ns, "-c", "debugger"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Debug_CopyOfAPod_Runs()
    {
        var ns = await RunAsync("web", "--image=nginx");

        await Lab.KubectlOkAsync("debug", "web", "-n", ns, "--copy-to=copy", "--image=busybox", "-c", "debugger", "--attach=false", "--", "sleep", "1000");
        await WaitReadyAsync(ns, "copy");

        Assert.Equal("web debugger", await Lab.KubectlOkAsync("get", "pod", "copy", "-n", ns, "-o", "jsonpath={.spec.containers[*].name}"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Debug_Target_ItsProcessesAreSeenSignalledAndTheirFilesReached()
    {
        var ns = await RunAsync("web", "--image=nginx");
        await using var terminal = Terminal.Kubectl(Lab, $"debug -it web -n {ns} --image=busybox --target=web --profile=general -c debugger -- sh");

        await terminal.ShowsAsync("try pressing enter.");
        await terminal.TypeAsync("\r");
        await terminal.ShowsAsync("/ # ");
        await terminal.TypeAsync("ps\r");
        await terminal.ShowsAsync(
            """
            PID   USER     TIME  COMMAND
                1 root      0:00 nginx: master process nginx -g daemon off;
                2 101       0:00 nginx: worker process
                3 root      0:00 sh
                4 root      0:00 ps
            / # 
            """);
        await terminal.TypeAsync("echo seen by all > /proc/1/root/usr/share/nginx/html/index.html; wget -qO- http://localhost\r");
        await terminal.ShowsAsync("\nseen by all\n");
        await terminal.TypeAsync("kill -QUIT 1\r");       // process 1 takes its whole table along

        Assert.Equal(0, await terminal.EndAsync());         // whatever became of the container
        var pod = await Lab.Api.UntilPodAsync(ns, "web", p => p.Status.ContainerStatuses[0] is { RestartCount: 1, Ready: true }, "runs again");
        Assert.Equal(0, pod.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Equal(137, pod.Status.EphemeralContainerStatuses[0].State.Terminated.ExitCode);
    }

    [RequiresToolFact("kubectl")]
    public async Task Debug_TargetThatHasEnded_WaitsAndSaysWhy()
    {
        var ns = await shared.NewNamespaceAsync();
        var pod = A.Pod(ns, "web", "nginx").Restart("Never");
        pod.Spec.Containers.Add(new Container { Name = "ended", Image = "busybox", Command = { "true" } });
        await Lab.Api.CreatePodAsync(pod);
        await Lab.Api.UntilPodAsync(ns, "web", p => p.Status.ContainerStatuses.Any(s => s is { Name: "ended", State.Terminated: not null }), "has an ended container");

        await Lab.KubectlOkAsync("debug", "web", "-n", ns, "--image=busybox", "--target=ended", "--profile=general", "-c", "debugger", "--", "true");

        var waiting = (await Lab.Api.UntilPodAsync(ns, "web", p => p.Status.EphemeralContainerStatuses.Any(s => s.State.Waiting?.Reason == "CreateContainerError"), "has no debugger"))
            .Status.EphemeralContainerStatuses[0].State.Waiting;
        Assert.Matches("^failed to generate container \"[0-9a-f]{64}\" spec: invalid target container: container \"[0-9a-f]{64}\" is not running - in state CONTAINER_EXITED$", waiting.Message);
    }

    [RequiresToolFact("kubectl")]
    public async Task Debug_CopyThatSharesProcesses_SeesThemAndEndsOneContainer()
    {
        var ns = await RunAsync("web", "--image=nginx");

        await Lab.KubectlOkAsync("debug", "web", "-n", ns, "--copy-to=copy", "--share-processes", "--image=busybox", "-c", "debugger", "--profile=general", "--attach=false", "--", "sleep", "1000");
        await WaitReadyAsync(ns, "copy");

        Assert.Equal(
            """
            PID   USER     TIME  COMMAND
                1 65535     0:00 /pause
                2 root      0:00 nginx: master process nginx -g daemon off;
                3 101       0:00 nginx: worker process
                4 root      0:00 sleep 1000
                5 root      0:00 ps

            """, await Lab.KubectlOkAsync("exec", "copy", "-n", ns, "-c", "debugger", "--", "ps"));
        await Lab.KubectlOkAsync("exec", "copy", "-n", ns, "-c", "debugger", "--", "kill", "-9", "2");
        var copy = await Lab.Api.UntilPodAsync(ns, "copy", p => p.Status.ContainerStatuses.Any(s => s is { Name: "web", RestartCount: 1, Ready: true }), "has started nginx again");
        Assert.Equal(0, copy.Status.ContainerStatuses.Single(s => s.Name == "debugger").RestartCount);
        Assert.Equal(137, copy.Status.ContainerStatuses.Single(s => s.Name == "web").LastState.Terminated.ExitCode);
    }

    [RequiresToolFact("kubectl")]
    public async Task SharedProcesses_ThePauseIsKilled_ThePodGetsANewSandbox()
    {
        var ns = await shared.NewNamespaceAsync();
        var pod = A.Pod(ns, "web", "nginx");
        pod.Spec.ShareProcessNamespace = true;
        await Lab.Api.CreatePodAsync(pod);
        await WaitReadyAsync(ns, "web");

        await Lab.KubectlAsync("exec", "web", "-n", ns, "--", "sh", "-c", "kill 1");

        await Lab.Api.UntilPodAsync(ns, "web", p => p.Status.ContainerStatuses[0] is { RestartCount: 1, Ready: true }, "runs in another sandbox");
        await Eventually.TrueAsync(async () => (await Lab.KubectlOkAsync("events", "-n", ns, "--for=pod/web")).Contains("Pod sandbox changed, it will be killed and re-created.", StringComparison.Ordinal), "the event");
        Assert.StartsWith("PID   USER     TIME  COMMAND\n    1 65535     0:00 /pause\n", await Lab.KubectlOkAsync("exec", "web", "-n", ns, "--", "ps"));
    }

    private async Task<string> RunAsync(string name, params string[] arguments)
    {
        var ns = await shared.NewNamespaceAsync();
        await Lab.KubectlOkAsync(["run", name, "-n", ns, .. arguments]);
        await WaitReadyAsync(ns, name);
        return ns;
    }

    private Task WaitReadyAsync(string ns, string pod) => Lab.KubectlOkAsync("wait", $"pod/{pod}", "-n", ns, "--for=condition=Ready", "--timeout=60s");
}
