using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>Whose processes a container sees and may touch: its own, its pod's (shareProcessNamespace), its target's (kubectl debug --target).</summary>
public sealed class ProcessTableTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Ps_EachContainerHasItsTable_ShowsItsOwnAlone()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var (nginx, box) = (await NginxAsync(pod), await pod.StartAsync("busybox", "sleep", "1000"));

        Assert.Equal("    1 root      0:00 sleep 1000\n", await ProcessesAsync(lab, box));
        Assert.Equal("2 1\n", (await lab.ExecAsync(nginx, "pidof nginx")).Stdout);
        Assert.Equal("sh: can't kill pid 7: No such process\n", (await lab.ExecAsync(box, "kill 7")).Stderr);
    }

    [Fact]
    public async Task Ps_PodSharesItsProcesses_ShowsThePauseAndAllContainers()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        await NginxAsync(pod);
        var box = await pod.StartAsync("busybox", "sleep", "1000");

        Assert.Equal(
            """
                1 65535     0:00 /pause
                2 root      0:00 nginx: master process nginx -g daemon off;
                3 101       0:00 nginx: worker process
                4 root      0:00 sleep 1000

            """, await ProcessesAsync(lab, box));
        Assert.Equal("4 1\n", (await lab.ExecAsync(box, "pidof pause sleep")).Stdout);
        Assert.Equal("3 2\n", (await lab.ExecAsync(box, "pidof nginx")).Stdout);
    }

    [Fact]
    public async Task Ps_PodRunsAsAUser_SoDoesThePause()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab, sandbox => sandbox with { RunAsUser = 1000, RunAsGroup = 3000 });
        var box = await pod.StartAsync(Config("box", "busybox", "sleep", "1000") with { Security = new() { RunAsUser = 1000, RunAsGroup = 3000 } });

        Assert.Equal("    1 1000      0:00 /pause\n    2 1000      0:00 sleep 1000\n", await ProcessesAsync(lab, box));
        Assert.Equal("pause\n", (await lab.ExecAsync(box, "cd /proc/1/root; ls -d pause")).Stdout);      // the same user's may be looked into
    }

    [Theory]
    [InlineData("kill 2", 143)]
    [InlineData("kill -9 2", 137)]
    [InlineData("killall -INT sleep", 130)]
    [InlineData("killall -q -KILL sleep", 137)]
    public async Task Kill_ProcessOfAnotherContainer_EndsThatContainerAlone(string command, int code)
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var (first, box) = (await pod.StartAsync("busybox", "sleep", "1000"), await NginxAsync(pod));

        Assert.Equal(0, (await lab.ExecAsync(box, command)).ExitCode);

        Assert.Equal(code, (await lab.EndAsync(first).OrMissing("the end of the container")).ExitCode);
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(box)).State);
        Assert.Equal(PodSandboxState.Ready, (await lab.Runtime.PodSandboxStatusAsync(pod.SandboxId, default)).State);
        Assert.DoesNotContain("sleep", await ProcessesAsync(lab, box));
    }

    [Fact]
    public async Task Kill_HangupForNginx_RestartsItsWorker()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var (nginx, box) = (await NginxAsync(pod), await pod.StartAsync("busybox", "sleep", "1000"));
        var worker = OwnProcesses(lab, nginx).Single(p => p.Pid == 3);

        await lab.ExecAsync(box, "kill -HUP 2");

        await worker.Exited.OrMissing("the old worker's end");
        var processes = await ProcessesAsync(lab, box);
        Assert.Contains("    2 root      0:00 nginx: master process nginx -g daemon off;\n", processes);
        Assert.Matches(@"(?m)^ +(?!3 )\d+ 101       0:00 nginx: worker process$", processes);
    }

    [Fact]
    public async Task Stop_OneContainerOfASharedTable_EndsItsProcessesAlone()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var shell = await pod.StartAsync("busybox", "sh", "-c", "sleep 500 & sleep 600 & trap 'exit 4' TERM; echo ready; wait");
        await lab.LinesAsync(shell, 1);
        var box = await pod.StartAsync("busybox", "sleep", "1000");
        Assert.Equal(5, (await ProcessesAsync(lab, box)).Split('\n').Length - 1);
        var left = OwnProcesses(lab, shell);

        await lab.Runtime.StopContainerAsync(shell, Grace, default).OrMissing("the end of the stop");

        Assert.Equal(4, (await lab.StatusAsync(shell)).ExitCode);
        foreach (var process in left) await process.Exited.OrMissing($"the end of {process.Name}");
        Assert.Equal("    1 65535     0:00 /pause\n    5 root      0:00 sleep 1000\n", await ProcessesAsync(lab, box));
    }

    /// <summary>Not process 1, so it has a default action: it goes at once where one of its own table would wait for SIGKILL.</summary>
    [Fact]
    public async Task Stop_FirstProcessWithoutAHandlerInASharedTable_EndsAtOnce()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var box = await pod.StartAsync("busybox", "sleep", "1000");

        await lab.Runtime.StopContainerAsync(box, Grace, default).OrMissing("the end of the stop");

        Assert.Equal(143, (await lab.StatusAsync(box)).ExitCode);
    }

    [Fact]
    public async Task Orphan_InASharedTable_BelongsToThePause()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var box = await pod.StartAsync("busybox", "sleep", "1000");

        await lab.ExecAsync(box, "(sleep 300 & exec true) & wait");

        Assert.Equal(1, OwnProcesses(lab, box).Single(p => p.Arguments is ["sleep", "300"]).ParentPid);
    }

    [Fact]
    public async Task Kill_ThePause_EndsTheSandbox()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var (first, second) = (await pod.StartAsync("busybox", "sleep", "1000"), await NginxAsync(pod));
        using var limit = new CancellationTokenSource(Patience.Limit);
        var events = lab.Runtime.WatchEventsAsync(limit.Token);
        await lab.ExecAsync(first, "kill -9 1");        // from inside its table nothing reaches process 1 that it does not catch
        Assert.Equal(PodSandboxState.Ready, (await lab.Runtime.PodSandboxStatusAsync(pod.SandboxId, default)).State);

        await lab.Runtime.ExecSyncAsync(first, ["sh", "-c", "kill 1"], TimeSpan.Zero, default).OrMissing("the end of the exec");

        Assert.Equal(137, (await lab.EndAsync(first)).ExitCode);
        Assert.Equal(PodSandboxState.NotReady, (await lab.Runtime.PodSandboxStatusAsync(pod.SandboxId, default)).State);      // or it would be started there again
        Assert.Equal(137, (await lab.EndAsync(second)).ExitCode);
        await foreach (var happened in events)
            if (happened.Kind == RuntimeEventKind.SandboxStopped) break;
    }

    [Fact]
    public async Task StopSandbox_SharedTable_LeavesNoProcess()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var box = await pod.StartAsync("busybox", "sleep", "1000");

        await lab.Runtime.StopPodSandboxAsync(pod.SandboxId, default).OrMissing("the end of the sandbox");

        Assert.Equal(137, (await lab.StatusAsync(box)).ExitCode);
        Assert.Equal(0, lab.Node.Usage.Read().Processes);
    }

    [Fact]
    public async Task Kill_AnotherUsersProcess_IsNotPermitted()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        await pod.StartAsync("busybox", "sleep", "1000");
        var box = await pod.StartAsync(Config("user", "busybox", "sleep", "2000") with { Security = new() { RunAsUser = 1000 } });

        Assert.Equal("sh: can't kill pid 2: Operation not permitted\n", (await lab.ExecAsync(box, "kill 2")).Stderr);
        Assert.Equal("killall: can't kill pid 2: Operation not permitted\n", (await lab.ExecAsync(box, "killall -HUP sleep")).Stderr);
        Assert.Equal(ContainerState.Exited, (await lab.EndAsync(box).OrMissing("the end of its own, which it may signal")).State);
    }

    [Fact]
    public async Task Root_OfAnotherContainersProcess_IsItsFileSystem()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var (nginx, box) = (await NginxAsync(pod), await pod.StartAsync("busybox", "sleep", "1000"));

        Assert.Equal(await OutputAsync(lab, nginx, "cat /etc/nginx/nginx.conf"), await OutputAsync(lab, box, "cat /proc/2/root/etc/nginx/nginx.conf"));
        Assert.Equal(await OutputAsync(lab, nginx, "ls -a /etc/nginx"), await OutputAsync(lab, box, "cd /proc/2/root/etc; ls -a nginx"));
        Assert.Equal("hello\n", await OutputAsync(lab, box, "cd /proc/2/root/tmp; mkdir -p a/b; echo hello > a/b/c; cp a/b/c d; rm -r a; cat /proc/2/root/tmp/d"));
        Assert.Equal("hello\n", await OutputAsync(lab, nginx, "cat /tmp/d"));
        Assert.Equal("/tmp/d\n", await OutputAsync(lab, nginx, "find /tmp -type f"));
        Assert.Equal("/etc/nginx\n/proc/2/cwd\n", await OutputAsync(lab, box, "realpath /proc/2/root/etc/nginx; [ -h /proc/2/cwd ] && [ -d /proc/2/cwd ] && echo /proc/2/cwd"));
        Assert.Equal("cat: can't open '/proc/99/root/etc/passwd': No such file or directory\n", (await lab.ExecAsync(box, "cat /proc/99/root/etc/passwd")).Stderr);
    }

    [Fact]
    public async Task Descriptor_OfAnotherContainersProcess_LeadsToItsLog()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var (first, box) = (await pod.StartAsync("busybox", "sleep", "1000"), await pod.StartAsync("busybox", "sleep", "2000"));

        await lab.ExecAsync(box, "echo from outside > /proc/2/fd/1");

        Assert.Equal("from outside\n", await lab.LogAsync(first));
    }

    [Theory]
    [InlineData("cat /proc/2/environ")]
    [InlineData("ls /proc/2/root/")]
    [InlineData("cat /proc/2/cwd/x")]
    [InlineData("echo x > /proc/2/fd/1")]
    public async Task Proc_OfAnotherUsersProcess_NeedsTheCapability(string command)
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        await pod.StartAsync(Config("user", "busybox", "sleep", "1000") with { Security = new() { RunAsUser = 1000 }, WorkingDir = "/tmp" });
        var plain = await pod.StartAsync("busybox", "sleep", "1000");
        var able = await pod.StartAsync(Config("able", "busybox", "sleep", "1000") with { Security = new() { SysPtrace = true } });
        await lab.ExecAsync(able, "touch /proc/2/root/tmp/x");

        Assert.Contains("Permission denied", (await lab.ExecAsync(plain, command)).Stderr);
        Assert.Equal((0, ""), ((await lab.ExecAsync(able, command)).ExitCode, (await lab.ExecAsync(able, command)).Stderr));
        Assert.Equal("sleep\n", await OutputAsync(lab, plain, "cat /proc/2/comm"));       // that may be read by all
    }

    [Fact]
    public async Task Proc_Listed_HoldsTheProcessesOfTheTable()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        await NginxAsync(pod);
        var box = await pod.StartAsync("busybox", "sleep", "1000");

        Assert.Equal("pause nginx nginx sleep\n", await OutputAsync(lab, box, "echo $(for p in /proc/[1-4]; do cat $p/comm; done)"));
        Assert.Equal("cgroup\ncmdline\ncomm\ncwd\nenviron\noom_score_adj\nroot\nstatus\n", await OutputAsync(lab, box, "ls /proc/2"));
        Assert.Equal("l", await OutputAsync(lab, box, "ls -l /proc/2/root | cut -c1 | tr -d '\\n'"));
    }

    /// <summary>Everything below /proc/PID/root is there once more: whoever walks the tree must not go round.</summary>
    [Theory]
    [InlineData("find / -name pause", "/proc/1/root/pause")]
    [InlineData("ls -R /", "/proc/1/root")]
    [InlineData("du /", "")]
    [InlineData("grep -r pause /etc /proc", "")]
    [InlineData("cp -r /proc /tmp", "")]
    [InlineData("chmod -R 700 /", "")]
    [InlineData("tar c / | wc -c", "")]
    public async Task Walk_WholeTree_EndsAndStaysInside(string command, string never)
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var box = await pod.StartAsync(Config("able", "busybox", "sleep", "1000") with { Security = new() { SysPtrace = true } });

        var result = await lab.Runtime.ExecSyncAsync(box, ["sh", "-c", command], TimeSpan.Zero, default).OrMissing("the end of the walk");

        if (never != "") Assert.DoesNotContain(never + "\n", result.Stdout.Replace(":\n", "\n"));
    }

    [Fact]
    public async Task Counts_OfASharedTable_AreEachContainersOwn()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var (nginx, box) = (await NginxAsync(pod), await pod.StartAsync("busybox", "sleep", "1000"));

        Assert.Equal((2, 1), ((await lab.Runtime.ContainerStatsAsync(nginx, default))!.Processes, (await lab.Runtime.ContainerStatsAsync(box, default))!.Processes));
        Assert.Equal("2\n", await OutputAsync(lab, box, "cat /sys/fs/cgroup/pids.current"));        // with the shell that became cat
    }

    [Fact]
    public async Task Memory_OneContainerOfASharedTableBeyondItsLimit_IsKilledAlone()
    {
        await using var lab = new SimLab();
        var pod = await SharedAsync(lab);
        var box = await pod.StartAsync("busybox", "sleep", "1000");
        var leak = await pod.StartAsync(Config("leak", "saadali/simmemleak") with { Command = [], Resources = new() { MemoryLimit = 51L << 20 } });
        await lab.Time.WaitForTimersAsync(2);

        lab.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("OOMKilled", (await lab.EndAsync(leak)).Reason);
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(box)).State);
    }

    [Fact]
    public async Task Target_OfARunningContainer_ItsProcessesAreSeenAndItsFilesReached()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var nginx = await NginxAsync(pod);
        var other = await pod.StartAsync("busybox", "sleep", "3000");
        var debugger = await pod.StartAsync(Config("debugger", "busybox", "sleep", "1000") with { TargetId = nginx });

        Assert.Equal(
            """
                1 root      0:00 nginx: master process nginx -g daemon off;
                2 101       0:00 nginx: worker process
                3 root      0:00 sleep 1000

            """, await ProcessesAsync(lab, debugger));
        Assert.Equal("3\n", await OutputAsync(lab, nginx, "pidof sleep"));
        Assert.Equal("\nuser  nginx;\n", await OutputAsync(lab, debugger, "head -n 2 /proc/1/root/etc/nginx/nginx.conf"));
        Assert.Equal("    1 root      0:00 sleep 3000\n", await ProcessesAsync(lab, other));
        Assert.Matches(@"0\.0\.0\.0:80 .* 1/nginx\n", await OutputAsync(lab, debugger, "netstat -lntp"));
    }

    [Fact]
    public async Task Target_DebuggerEnds_TheTargetGoesOn()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var nginx = await NginxAsync(pod);
        var debugger = await pod.StartAsync(Config("debugger", "busybox", "sh", "-c", "sleep 400 & sleep 500 & trap 'exit 3' TERM; echo ready; wait") with { TargetId = nginx });
        await lab.LinesAsync(debugger, 1);
        var left = OwnProcesses(lab, debugger);

        await lab.Runtime.StopContainerAsync(debugger, Grace, default).OrMissing("the end of the stop");

        Assert.Equal((3, 3), ((await lab.StatusAsync(debugger)).ExitCode, left.Count));
        foreach (var process in left) await process.Exited.OrMissing($"the end of {process.Name}");
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(nginx)).State);
    }

    [Fact]
    public async Task Target_Ends_SoDoesTheDebugger()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var nginx = await NginxAsync(pod);
        var debugger = await pod.StartAsync(Config("debugger", "busybox", "sleep", "1000") with { TargetId = nginx });

        await lab.ExecAsync(debugger, "kill 1");

        Assert.Equal(0, (await lab.EndAsync(nginx).OrMissing("the target's end")).ExitCode);
        Assert.Equal(137, (await lab.EndAsync(debugger).OrMissing("the debugger's end")).ExitCode);
    }

    [Fact]
    public async Task Target_ThatDoesNotRun_IsRefusedAsContainerdDoes()
    {
        await using var lab = new SimLab();
        var (pod, otherPod) = (await lab.PodAsync(), await lab.PodAsync());
        var (ended, elsewhere) = (await pod.StartAsync("busybox", "true"), await otherPod.StartAsync("busybox", "sleep", "1000"));
        await lab.EndAsync(ended);

        await RefusedAsync(ended, $"container \"{ended}\" is not running - in state CONTAINER_EXITED");
        await RefusedAsync(elsewhere, $"container \"{elsewhere}\" (sandbox {otherPod.SandboxId}) does not belong to sandbox {pod.SandboxId}");
        await RefusedAsync("nope", "container \"nope\" does not exist: not found");

        async Task RefusedAsync(string target, string why)
        {
            var error = await Assert.ThrowsAsync<RuntimeException>(() => pod.CreateAsync("busybox", Config("debugger", "busybox") with { TargetId = target }));
            Assert.Matches($"^failed to generate container \"[0-9a-f]{{64}}\" spec: invalid target container: {System.Text.RegularExpressions.Regex.Escape(why)}$", error.Message);
        }
    }

    [Fact]
    public async Task Target_EndsBeforeTheDebuggerStarts_IsAStartError()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var target = await pod.StartAsync("busybox", "sleep", "1000");
        var debugger = await pod.CreateAsync("busybox", Config("debugger", "busybox", "true") with { TargetId = target });
        await lab.Runtime.StopContainerAsync(target, TimeSpan.Zero, default);

        var error = await Assert.ThrowsAsync<RuntimeException>(() => lab.Runtime.StartContainerAsync(debugger, default));

        Assert.EndsWith("namespace path: lstat /proc/0/ns/pid: no such file or directory: unknown", error.Message);
        Assert.Equal((ContainerState.Exited, 128, "StartError"), ((await lab.StatusAsync(debugger)).State, (await lab.StatusAsync(debugger)).ExitCode, (await lab.StatusAsync(debugger)).Reason));
    }

    [Fact]
    public async Task Restart_OfTheKubelet_LeavesTheTablesAsTheyWere()
    {
        using var directory = new TemporaryDirectory();
        await using (var lab = new SimLab(directory.Path))
        {
            var shared = await SharedAsync(lab);
            await NginxAsync(shared);
            await shared.StartAsync(Config("box", "busybox", "sleep", "1000"));
            var pod = await lab.PodAsync();
            var target = await pod.StartAsync("busybox", "sleep", "3000");
            await pod.StartAsync(Config("debugger", "busybox", "sleep", "2000") with { TargetId = target });
        }

        await using var next = new SimLab(directory.Path);

        var containers = await next.Runtime.ListContainersAsync(null, default);
        await WorkerAsync(next, containers.Single(c => c.Config.Image.Contains("nginx", StringComparison.Ordinal)).Id);
        Assert.StartsWith("    1 65535     0:00 /pause\n    2 root      0:00 nginx: master", await ProcessesAsync(next, containers.Single(c => c.Config.Name == "box").Id));
        Assert.Equal("    1 root      0:00 sleep 3000\n    2 root      0:00 sleep 2000\n", await ProcessesAsync(next, containers.Single(c => c.Config.Name == "debugger").Id));
    }

    // An nginx that has started its worker.
    private static async Task<string> NginxAsync(SimPod pod)
    {
        var id = await pod.StartAsync("nginx:1.27.5");
        await WorkerAsync(pod.Lab, id);
        return id;
    }

    private static async Task WorkerAsync(SimLab lab, string nginx)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        await foreach (var line in lab.Runtime.ReadLogsAsync(nginx, new LogOptions { Follow = true }, limit.Token))
            if (Encoding.UTF8.GetString(line.Text.Span).Contains("start worker process ", StringComparison.Ordinal)) return;
        Assert.Fail("nginx has ended.");
    }

    private static ContainerConfig Config(string name, string image, params string[] command) => new() { Name = name, Image = image, Command = command };

    private static Task<SimPod> SharedAsync(SimLab lab, Func<PodSandboxConfig, PodSandboxConfig>? change = null) =>
        lab.PodAsync(change: sandbox => (change?.Invoke(sandbox) ?? sandbox) with { ShareProcessNamespace = true });

    // What ps shows in a container, without its title and itself.
    private static async Task<string> ProcessesAsync(SimLab lab, string id)
    {
        var result = await lab.Runtime.ExecSyncAsync(id, ["ps"], TimeSpan.Zero, default).OrMissing("the end of ps");
        Assert.StartsWith("PID   USER     TIME  COMMAND\n", result.Stdout);
        return string.Concat(result.Stdout.Split('\n')[1..^2].Select(line => line + "\n"));
    }

    private static async Task<string> OutputAsync(SimLab lab, string id, string script)
    {
        var result = await lab.ExecAsync(id, script);
        Assert.Equal("", result.Stderr);
        return result.Stdout;
    }

    private static IReadOnlyList<SimProcess> OwnProcesses(SimLab lab, string id) => lab.Node.Containers.Containers.Single(c => c.Id == id).Kernel!.OwnProcesses;
}
