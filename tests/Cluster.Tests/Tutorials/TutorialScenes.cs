using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>Every manifest of the tutorials, and the state that its tutorial shows for it; docs/TUTORIALS.md says where 1.32 differs.</summary>
internal static class TutorialScenes
{
    public static IReadOnlyDictionary<string, Func<Scene, Task>> All { get; } = new Dictionary<string, Func<Scene, Task>>
    {
        ["pod-lifecycle-in-detail/pod-initcontainer"] = scene => InitContainersWaitAsync(scene, "192.168.109.201", "192.168.109.202"),
        ["pod-lifecycle-in-detail/pod-hook-exec"] = PostStartChangesThePageAsync,
        ["pod-lifecycle-in-detail/pod-liveness-exec"] = scene => LivenessFailsInALoopAsync(scene, "cat: can't open '/tmp/hello.txt': No such file or directory"),
        ["pod-lifecycle-in-detail/pod-liveness-tcpsocket"] = scene => LivenessFailsInALoopAsync(scene, @"dial tcp 10\.244\.\d+\.\d+:8080: connect: connection refused"),
        ["pod-lifecycle-in-detail/pod-liveness-httpget"] = scene => LivenessFailsAsync(scene, "HTTP probe failed with statuscode: 404"),
        ["pod-lifecycle-in-detail/pod-liveness-httpget-delayed"] = RunsAsync,
        ["pod-lifecycle-in-detail/pod-restartpolicy"] = LivenessFailsUnderNeverAsync,
        ["pod-lifecycle-in-detail/qos-demo"] = scene => HasQosAsync(scene, "Guaranteed"),
        ["pod-lifecycle-in-detail/qos-demo-2"] = scene => HasQosAsync(scene, "Burstable"),
        ["pod-lifecycle-in-detail/qos-demo-3"] = scene => HasQosAsync(scene, "BestEffort"),
        ["pod-lifecycle-in-detail/nginx-pod"] = scene => HasQosAsync(scene, "Burstable"),
        ["pod-lifecycle-in-detail/memleak-pod"] = RunsOutOfMemoryAsync,

        ["pod-lifespan/pod-initcontainer"] = scene => InitContainersWaitAsync(scene, "192.168.90.14", "192.168.90.15"),
        ["pod-lifespan/pod-hook-exec"] = PostStartChangesThePageAsync,
        ["pod-lifespan/pod-liveness-exec"] = scene => LivenessFailsAsync(scene, "cat: can't open '/tmp/hello.txt': No such file or directory"),
        ["pod-lifespan/pod-liveness-tcpsocket"] = scene => LivenessFailsAsync(scene, @"dial tcp 10\.244\.\d+\.\d+:8080: connect: connection refused"),
        ["pod-lifespan/pod-liveness-httpget"] = scene => LivenessFailsAsync(scene, "HTTP probe failed with statuscode: 404"),
        ["pod-lifespan/pod-liveness-httpget-delayed"] = RunsAsync,
        ["pod-lifespan/pod-restartpolicy"] = LivenessFailsUnderNeverAsync,

        ["pod-introduction/nginx-node-selector"] = WaitsForALabelAsync,
        ["pod-introduction/nginx-node-name"] = GoesToItsNodeAsync,
        ["pod-introduction/demo-environment"] = scene => RunsAndSaysAsync(scene, "Started DemoApplication in"),
        ["pod-introduction/demo-command"] = scene => RunsAndSaysAsync(scene, "Started DemoApplication in"),
        ["pod-introduction/demo-arguments"] = scene => scene.LogAsync("^hello world\n$"),

        ["pod-notes/curl"] = scene => RunsAndSaysAsync(scene, @"^PING baidu\.com \(39\.156\.66\.10\): 56 data bytes\n64 bytes from 39\.156\.66\.10"),
        ["pod-notes/nginx"] = ArgumentsOfBashAreNotNginxsAsync,
        ["pod-notes/init-container"] = InitContainerRunsFirstAsync,
        ["pod-notes/env"] = scene => scene.LogAsync(@"^\$K1 V2\n$"),
        ["pod-notes/dns-config"] = scene => scene.LogAsync("^search default.svc.cluster.local\nnameserver 8.8.8.8\noptions ndots:4 timeout:3\n$"),
        ["pod-notes/probes"] = StartupFailsAsync,
        ["pod-notes/resources"] = scene => HasQosAsync(scene, "Burstable"),

        ["pod-in-practice/2.pod"] = scene => scene.RowAsync("2/2", "Running"),
        ["pod-in-practice/3.pod_command_args"] = scene => RunsAndSaysAsync(scene, "^Hello World!\n$"),
        ["pod-in-practice/9.pod_env"] = FieldsBecomeVariablesAsync,
        ["pod-in-practice/1.imagePullPolicy_Always"] = PullsAnywayAsync,
        ["pod-in-practice/3.restartPolicy"] = scene => CrashesInALoopAsync(scene, 127, @"^/bin/sh: seeep: not found\n$"),
        ["pod-in-practice/4.restartPolicy"] = scene => EndsAsync(scene, "Succeeded", "Completed"),
        ["pod-in-practice/5.restartPolicy"] = scene => CrashesInALoopAsync(scene, 1, "^Hello World!\n$"),
        ["pod-in-practice/6.restartPolicy"] = scene => EndsAsync(scene, "Succeeded", "Completed"),
        ["pod-in-practice/7.restartPolicy"] = scene => EndsAsync(scene, "Failed", "Error"),
        ["pod-in-practice/test_pod"] = ServesAfterTwentySecondsAsync,
        ["pod-in-practice/1.probe-startup"] = StartsSlowlyAsync,
        ["pod-in-practice/1.probe-liveness"] = LivenessFailsAfterStartupAsync,
        ["pod-in-practice/1.probe-readiness"] = NeverReadyNeverRestartedAsync,
        ["pod-in-practice/1.postStart"] = RunsAsync,
        ["pod-in-practice/2.preStop"] = PreStopTakesFortySecondsAsync,
    };

    private static async Task<Pod> RunsAsync(Scene scene)
    {
        var ready = await scene.SeeReadyAsync();
        await scene.RowAsync("1/1", "Running");
        return ready;
    }

    private static async Task RunsAndSaysAsync(Scene scene, string pattern)
    {
        await RunsAsync(scene);
        await scene.LogAsync(pattern);
    }

    private static async Task HasQosAsync(Scene scene, string qosClass)
    {
        Assert.Equal(qosClass, (await RunsAsync(scene)).Status.QosClass);
    }

    private static async Task InitContainersWaitAsync(Scene scene, string mysql, string redis)
    {
        await scene.EventAsync("Started", "^Started container test-mysql$");
        await scene.RowAsync("0/1", "Init:0/2");
        await scene.LogAsync("waiting for mysql...\n", "-c", "test-mysql");

        scene.AddAddress(mysql);
        await scene.SeeAsync(p => p.Status.InitContainerStatuses is [{ State.Terminated.Reason: "Completed" }, { State.Running: not null }], "runs its second init container");
        await scene.RowAsync("0/1", "Init:1/2");
        await scene.LogAsync("waiting for reids...\n", "-c", "test-redis");

        scene.AddAddress(redis);
        await RunsAsync(scene);
        // Nothing began before what stands ahead of it had ended well.
        Assert.All(scene.States.Where(p => p.Status.InitContainerStatuses.Count == 2), p =>
        {
            var (first, second) = (p.Status.InitContainerStatuses[0], p.Status.InitContainerStatuses[1]);
            if (first.State.Terminated is null) Assert.Equal("PodInitializing", second.State.Waiting.Reason);
            if (second.State.Terminated is null) Assert.Equal("PodInitializing", p.Status.ContainerStatuses[0].State.Waiting.Reason);
        });
    }

    private static async Task InitContainerRunsFirstAsync(Scene scene)
    {
        var pod = await RunsAsync(scene);
        Assert.Equal("Completed", pod.Status.InitContainerStatuses[0].State.Terminated.Reason);
    }

    private static async Task PostStartChangesThePageAsync(Scene scene)
    {
        var address = (await RunsAsync(scene)).Status.PodIp;
        await scene.VisitAsync($"until curl -s {address}; do sleep 1; done", "^postStart...\n$");

        // nginx -s quit, the preStop hook, ends it well before its grace does.
        await scene.Lab.KubectlOkAsync("delete", "pod", scene.Name, "-n", scene.Namespace);
        await scene.SeeAsync(p => p.Status.Phase == "Succeeded", "has Succeeded");
    }

    private static async Task LivenessFailsAsync(Scene scene, string message)
    {
        await scene.SeeReadyAsync();
        await scene.EventAsync("Unhealthy", $"^Liveness probe failed: {message}", "Warning");
        await scene.EventAsync("Killing", "^Container nginx failed liveness probe, will be restarted$");
        await scene.SeeRestartsAsync(1);
        await scene.RowAsync("[01]/1", "Running|CrashLoopBackOff|Completed", @"[1-9]\d*");
    }

    private static async Task LivenessFailsInALoopAsync(Scene scene, string message)
    {
        await LivenessFailsAsync(scene, message);
        await scene.SeeRestartsAsync(2);
    }

    private static async Task LivenessFailsUnderNeverAsync(Scene scene)
    {
        await scene.SeeReadyAsync();
        await scene.EventAsync("Unhealthy", "^Liveness probe failed: HTTP probe failed with statuscode: 404$", "Warning");
        await scene.EventAsync("Killing", "^Stopping container nginx$");
        await EndsAsync(scene, "Succeeded", "Completed");
    }

    private static async Task LivenessFailsAfterStartupAsync(Scene scene)
    {
        await scene.SeeAsync(p => p.Status.ContainerStatuses.Any(s => s.Started), "has started");
        await scene.EventAsync("Unhealthy", "^Liveness probe failed: ", "Warning");
        await scene.EventAsync("Killing", "^Container test-probe failed liveness probe, will be restarted$");
        await scene.SeeRestartsAsync(1);
    }

    private static async Task StartupFailsAsync(Scene scene)
    {
        await scene.EventAsync("Unhealthy", "^Startup probe failed: ls: /tmp/health: No such file or directory", "Warning");
        await scene.EventAsync("Killing", "^Container nginx failed startup probe, will be restarted$");
        await scene.SeeRestartsAsync(1);
        Assert.DoesNotContain(scene.States, p => p.Status.ContainerStatuses.Any(s => s.Started || s.Ready));
    }

    private static async Task StartsSlowlyAsync(Scene scene)
    {
        await scene.RowAsync("0/1", "Running");
        var ready = await scene.SeeReadyAsync();
        Assert.Equal(0, ready.Status.ContainerStatuses[0].RestartCount);
        var status = ready.Status.ContainerStatuses[0];
        var took = ready.Status.Conditions.Single(c => c.Type == "Ready").LastTransitionTime.ToDateTimeOffset() - status.State.Running.StartedAt.ToDateTimeOffset();
        Assert.True(took >= TimeSpan.FromSeconds(19), $"Ready after {took}: the probe's initial delay is 20 s, and the times are whole seconds");
    }

    private static async Task NeverReadyNeverRestartedAsync(Scene scene)
    {
        await scene.SeeAsync(p => p.Status.ContainerStatuses.Any(s => s.Started), "has started");
        await scene.EventAsync("Unhealthy", "^Readiness probe failed: HTTP probe failed with statuscode: 404$", "Warning");
        await scene.RowAsync("0/1", "Running");
        Assert.DoesNotContain(scene.States, p => p.Condition("Ready") == "True");
    }

    private static async Task ServesAfterTwentySecondsAsync(Scene scene)
    {
        var address = (await RunsAsync(scene)).Status.PodIp;
        var log = await scene.VisitAsync($"curl {address}; until curl -s {address}; do sleep 1; done", "Welcome to nginx!");
        Assert.Matches(@"curl: \(7\) Failed to connect to \S+ port 80", log);
    }

    private static async Task RunsOutOfMemoryAsync(Scene scene)
    {
        await scene.SeeAsync(p => p.Status.ContainerStatuses.Any(s => (s.State.Terminated ?? s.LastState?.Terminated) is { Reason: "OOMKilled", ExitCode: 137 }), "is OOMKilled");
        await scene.SeeRestartsAsync(2);
        await scene.SeeWaitingAsync("CrashLoopBackOff");
        await scene.RowAsync("[01]/1", "OOMKilled|CrashLoopBackOff|Running", @"[2-9]\d*");
    }

    private static async Task CrashesInALoopAsync(Scene scene, int exitCode, string log)
    {
        await scene.LogAsync(log);
        var waiting = await scene.SeeWaitingAsync("CrashLoopBackOff");
        Assert.Equal(exitCode, waiting.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Equal("Running", waiting.Status.Phase);
        await scene.RowAsync("[01]/1", "Error|CrashLoopBackOff|Running", @"[1-9]\d*");
        await scene.EventAsync("BackOff", "^Back-off restarting failed container ", "Warning");
    }

    private static async Task EndsAsync(Scene scene, string phase, string status)
    {
        await scene.SeeAsync(p => p.Status.Phase == phase, $"has {phase}");
        await scene.RowAsync("0/1", status);
    }

    private static async Task WaitsForALabelAsync(Scene scene)
    {
        await scene.EventAsync("FailedScheduling", @"^0/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity/selector\.", "Warning");
        await scene.RowAsync("0/1", "Pending");
        await scene.Lab.KubectlOkAsync("label", "nodes", "node-2", "disktype=ssd");
        try
        {
            Assert.Equal("node-2", (await scene.SeeReadyAsync()).Spec.NodeName);
        }
        finally
        {
            await scene.Lab.KubectlOkAsync("label", "nodes", "node-2", "disktype-");
        }
    }

    private static async Task GoesToItsNodeAsync(Scene scene)
    {
        Assert.Equal("node-1", (await scene.SeeReadyAsync()).Spec.NodeName);
        await scene.EventAsync("Started", "^Started container nginx$");
        Assert.DoesNotContain(await scene.EventsAsync(), e => e.Reason == "Scheduled");
    }

    private static async Task ArgumentsOfBashAreNotNginxsAsync(Scene scene)
    {
        // bash -c nginx -c /etc/nginx/nginx.conf: bash takes the second -c as its own name; nginx goes to the background, and bash ends.
        await scene.EventAsync("FailedToRetrieveImagePullSecret", @"^Unable to retrieve some image pull secrets \(my_harbor\)", "Warning");
        var waiting = await scene.SeeWaitingAsync("CrashLoopBackOff");
        Assert.Equal(0, waiting.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
    }

    private static async Task PullsAnywayAsync(Scene scene)
    {
        await RunsAsync(scene);
        await scene.EventAsync("Pulling", "^Pulling image \"crpi-");
        await scene.EventAsync("Pulled", "^Successfully pulled image \"crpi-");
    }

    private static async Task FieldsBecomeVariablesAsync(Scene scene)
    {
        await RunsAsync(scene);
        // The tutorial runs env inside the container; here the same Pod once more, with env as its command.
        var manifest = await File.ReadAllTextAsync(TutorialStage.PathOf("pod-in-practice/9.pod_env"));
        var printing = manifest.Replace("name: pod-env", "name: pod-env-printed").Replace("    name: nginx\n", "    name: nginx\n    command: [env]\n");
        Assert.Equal(0, (await scene.Lab.KubectlWithInputAsync(printing, "create", "-f", "-")).ExitCode);
        var log = await scene.LogOfAsync("pod-env-printed", "Pod_IP=");
        await scene.Lab.KubectlOkAsync("delete", "pod", "pod-env-printed", "-n", scene.Namespace, "--force", "--grace-period=0");

        string[] expected = [@"HOSTNAME=pod-env-printed", @"NGINX_VERSION=1\.27\.5", "haha=lili", "app=java", @"Pod_IP=10\.244\.\d+\.\d+", @"HOST_IP=\d+\.\d+\.\d+\.\d+", @"KUBERNETES_SERVICE_HOST=10\.96\.0\.1"];
        Assert.All(expected, line => Assert.Matches($"(?m)^{line}$", log));
    }

    private static async Task PreStopTakesFortySecondsAsync(Scene scene)
    {
        await scene.SeeReadyAsync();
        await scene.Lab.KubectlOkAsync("delete", "pod", scene.Name, "-n", scene.Namespace, "--wait=false");
        var asked = await scene.SeeAsync(p => p.IsTerminating(), "is Terminating");
        await scene.RowAsync("1/1", "Terminating");
        var ended = await scene.SeeAsync(p => p.Ended() is not null, "has ended");

        // sleep 40 and nginx -s quit fit into the grace of 50 s.
        var took = ended.Ended()!.FinishedAt.ToDateTimeOffset() - asked.Metadata.DeletionTimestamp.ToDateTimeOffset().AddSeconds(-50);
        Assert.InRange(took.TotalSeconds, 39, 50);
        Assert.Equal(0, ended.Ended()!.ExitCode);
    }
}
