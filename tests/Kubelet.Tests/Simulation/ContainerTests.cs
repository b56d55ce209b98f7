using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

public sealed class ContainerTests
{
    private static readonly ContainerConfig Sleeping = new() { Name = "c", Image = "busybox:1.30", Command = ["sleep", "1000"] };

    [Fact]
    public async Task Run_HelloThenExit_CompletesWithLogAndCode()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("echo \"Hello World!\"\nsleep 3\nexit 1\n");
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(3));

        var status = await lab.EndAsync(id);

        Assert.Equal((1, "Error", TimeSpan.FromSeconds(3)), (status.ExitCode, status.Reason, status.FinishedAt - status.StartedAt));
        Assert.Equal("Hello World!\n", await lab.LogAsync(id));
    }

    [Theory]
    [InlineData("nope", "exec: \"nope\": executable file not found in $PATH: unknown")]
    [InlineData("/bin/nope", "exec: \"/bin/nope\": stat /bin/nope: no such file or directory: unknown")]
    [InlineData("/etc/passwd", "exec: \"/etc/passwd\": permission denied: unknown")]
    public async Task Start_CommandCannotBeRun_IsAStartError(string command, string reason)
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.CreateAsync("busybox:1.30", null, command);

        var error = await Assert.ThrowsAsync<RuntimeException>(() => lab.Runtime.StartContainerAsync(id, default));

        Assert.Equal($"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {reason}", error.Message);
        var status = await lab.StatusAsync(id);
        Assert.Equal((ContainerState.Exited, 128, "StartError"), (status.State, status.ExitCode, status.Reason));
        Assert.Null(status.StartedAt);
    }

    [Theory]
    [InlineData("/bin/sh", "mkdir /bin/sh: not a directory")]
    [InlineData("/etc/passwd/below", "mkdir /etc/passwd: not a directory")]
    [InlineData("/data/below", "mkdir /data/below: read-only file system")]
    public async Task Start_WorkingDirectoryCannotBeMade_IsAStartError(string directory, string reason)
    {
        await using var lab = new SimLab();
        lab.Node.Files.CreateDirectory("/volume");
        var id = await (await lab.PodAsync()).CreateAsync("busybox:1.30", Sleeping with { WorkingDir = directory, Mounts = [new("/volume", "/data", ReadOnly: true)] });

        await AssertUninitialisedAsync(lab, id, reason);
    }

    [Fact]
    public async Task Start_WorkingDirectoryInAVolume_IsMadeThere()
    {
        await using var lab = new SimLab();
        lab.Node.Files.CreateDirectory("/volume");
        var id = await (await lab.PodAsync()).StartAsync(Sleeping with { WorkingDir = "/data/a/b", Mounts = [new("/volume", "/data")] });

        Assert.Equal("/data/a/b\n", (await lab.ExecAsync(id, "pwd")).Stdout);
        Assert.Equal(NodePathKind.Directory, lab.Node.Files.KindOf("/volume/a/b"));
    }

    [Theory]
    [InlineData("/volume", "/etc/passwd")]              // what a subPath of a key that is not there comes to
    [InlineData("/volume/file", "/etc")]
    public async Task Start_MountOfTheOtherKind_IsAStartError(string source, string place)
    {
        await using var lab = new SimLab();
        lab.Node.Files.WriteFile("/volume/file", default);
        var id = await (await lab.PodAsync()).CreateAsync("busybox:1.30", Sleeping with { Mounts = [new(source, place)] });

        await AssertUninitialisedAsync(
            lab, id, $"error mounting \"{source}\" to rootfs at \"{place}\": mount {source}:{place} (via /proc/self/fd/6), flags: 0x5000: not a directory");
    }

    [Fact]
    public async Task Create_UserThatTheImageLacks_IsRefused()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();

        var error = await Assert.ThrowsAsync<RuntimeException>(() => pod.CreateAsync("registry.example.com/users/app:unknown"));

        Assert.Matches("^failed to create containerd container: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount[0-9]+: no users found$", error.Message);
        Assert.Empty(await lab.Runtime.ListContainersAsync(null, default));
    }

    [Theory]
    [InlineData("named")]
    [InlineData("numbered")]
    public async Task Create_UserOfTheImage_IsWhoTheContainerRunsAs(string tag)
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync($"registry.example.com/users/app:{tag}");

        Assert.Equal("1000\n", (await lab.ExecAsync(id, "id -u")).Stdout);
    }

    [Theory]
    [InlineData("alpine:3.20", 0)]                      // sh without input ends
    [InlineData("nginx:1.23 bash -c nginx -c x", 0)]    // nginx goes to the background, so the first process ends
    [InlineData("mysql:8.0.16", 1)]                     // no password given
    public async Task Run_CommandThatDoesNotStay_Ends(string imageAndCommand, int code)
    {
        await using var lab = new SimLab();
        var words = imageAndCommand.Split(' ');

        var id = await lab.StartAsync(words[0], words[1..]);

        Assert.Equal(code, (await lab.EndAsync(id).OrMissing("the end")).ExitCode);
    }

    [Fact]
    public async Task TerminationMessage_Written_IsInTheStatus()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("echo 'out of luck' > /dev/termination-log; exit 2");

        Assert.Equal("out of luck\n", (await lab.EndAsync(id)).TerminationMessage);
    }

    [Fact]
    public async Task Environment_ImageThenPod_AsInLife()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "nginx:1.27.5", Env = [new("haha", "lili"), new("Pod_IP", pod.Ip)] });

        var result = await lab.Runtime.ExecSyncAsync(id, ["env"], TimeSpan.Zero, default);

        Assert.Equal(["PATH", "HOSTNAME", "NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE", "DYNPKG_RELEASE", "haha", "Pod_IP", "HOME"],
            result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')[0]));
    }

    [Fact]
    public async Task Volume_WrittenByOneContainer_IsServedByAnother()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        const string host = "/var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/html";
        lab.Node.Files.CreateDirectory(host);
        await pod.StartAsync(new ContainerConfig { Name = "web", Image = "nginx:1.17.1", Mounts = [new(host, "/usr/share/nginx/html")] });
        var writer = await pod.StartAsync(new ContainerConfig { Name = "writer", Image = "busybox", Command = ["sh", "-c", "echo from the other side > /html/index.html"], Mounts = [new(host, "/html")] });
        await lab.EndAsync(writer);

        var answer = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 80, "/"), TimeSpan.FromSeconds(1), default);

        Assert.Equal((200, "from the other side\n"), (answer.StatusCode, answer.Body));
    }

    [Fact]
    public async Task Mounts_ReadOnly_RefuseWrites()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        lab.Node.Files.ReplaceDirectory("/cm", new Dictionary<string, NodeFile> { ["game.conf"] = new("lives=3\n"u8.ToArray()) });
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "busybox", Command = ["sleep", "1000"], Mounts = [new("/cm", "/etc/config", ReadOnly: true)] });

        Assert.Equal("lives=3\n", (await lab.ExecAsync(id, "cat /etc/config/game.conf")).Stdout);
        Assert.Equal("sh: can't create /etc/config/x: Read-only file system\n", (await lab.ExecAsync(id, "echo x > /etc/config/x")).Stderr);
    }

    [Fact]
    public async Task BusyLoop_Forever_WaitsForTimeInsteadOfBurningIt()
    {
        await using var lab = new SimLab();

        var id = await lab.StartShellAsync("while true; do :; done");
        await lab.Time.WaitForTimersAsync(1);           // it has used up its burst and waits

        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(id)).State);
        Assert.Equal(1000, (await lab.Runtime.ContainerStatsAsync(id, default))!.CpuMillis);
    }

    [Fact]
    public async Task Sandbox_Stopped_KillsItsContainersAndFreesItsAddress()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync("busybox", "sleep", "1000");

        await lab.Runtime.StopPodSandboxAsync(pod.SandboxId, default);

        Assert.Equal(137, (await lab.StatusAsync(id)).ExitCode);
        Assert.Equal(PodSandboxState.NotReady, (await lab.Runtime.PodSandboxStatusAsync(pod.SandboxId, default)).State);
        await lab.Runtime.RemovePodSandboxAsync(pod.SandboxId, default);
        Assert.Empty(await lab.Runtime.ListContainersAsync(null, default));
    }

    [Fact]
    public async Task Events_OfAContainersLife_ComeInOrder()
    {
        await using var lab = new SimLab();
        using var stop = new CancellationTokenSource(Patience.Limit);
        var events = lab.Runtime.WatchEventsAsync(stop.Token);
        await lab.StartShellAsync("true");

        var seen = new List<RuntimeEventKind>();
        await foreach (var happened in events)
        {
            seen.Add(happened.Kind);
            if (happened.Kind == RuntimeEventKind.ContainerDied) break;
        }

        Assert.Equal([RuntimeEventKind.SandboxStarted, RuntimeEventKind.ContainerCreated, RuntimeEventKind.ContainerStarted, RuntimeEventKind.ContainerDied], seen);
    }

    private static async Task AssertUninitialisedAsync(SimLab lab, string id, string reason)
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(() => lab.Runtime.StartContainerAsync(id, default));

        Assert.Equal(
            $"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: {reason}: unknown",
            error.Message);
        var status = await lab.StatusAsync(id);
        Assert.Equal((ContainerState.Exited, 128, "StartError"), (status.State, status.ExitCode, status.Reason));
    }
}
