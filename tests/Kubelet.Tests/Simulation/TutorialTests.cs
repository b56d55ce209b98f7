using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>What the tutorials run in containers, hooks and probes, each as it is written there.</summary>
public sealed class TutorialTests
{
    private const string Mirror = "crpi-j2guy08w46nav7rf.cn-hongkong.personal.cr.aliyuncs.com/xiao_he/";

    [Theory]
    [InlineData("alpine/curl:latest", "$K1 V2\n", "echo", "$K1", "V2")]
    [InlineData("nginx", "hello world\n", "/bin/echo", "hello world")]
    [InlineData("alpine/curl:latest", "", "touch", "/tmp/f1")]
    public async Task Command_RunOnce_PrintsAndCompletes(string image, string log, params string[] command)
    {
        await using var lab = new SimLab();

        var id = await lab.StartAsync(image, command);

        Assert.Equal((0, "Completed"), ((await lab.EndAsync(id)).ExitCode, (await lab.StatusAsync(id)).Reason));
        Assert.Equal(log, await lab.LogAsync(id));
    }

    [Fact]
    public async Task Pod_NginxAndRedis_BothStay()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var nginx = await pod.StartAsync(Mirror + "nginx:1.27.5");
        var redis = await pod.StartAsync(Mirror + "redis:v7.0.5");
        await lab.LinesAsync(redis, 5);

        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(nginx)).State);
        Assert.Null(await lab.Node.Network.TcpConnectAsync(pod.Ip, 6379, TimeSpan.FromSeconds(1), default));
    }

    [Fact]
    public async Task Shell_EchoThenTail_StaysAndIgnoresTerm()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync(Mirror + "alpine:3.20", "/bin/sh", "-c", "echo \"Hello World!\"\ntail -f /dev/null \n");
        await lab.LinesAsync(id, 1);

        var stop = lab.Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(30), default);
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(30));
        await stop.OrMissing("the end of the stop");

        Assert.Equal(137, (await lab.StatusAsync(id)).ExitCode);
    }

    [Fact]
    public async Task Shell_MisspeltCommand_Ends127()
    {
        await using var lab = new SimLab();

        var id = await lab.StartAsync(Mirror + "nginx:1.27.5", "/bin/sh", "-c", "seeep 6 # on purpose\n");

        Assert.Equal(127, (await lab.EndAsync(id)).ExitCode);
        Assert.Equal("/bin/sh: seeep: not found\n", await lab.LogAsync(id));
    }

    [Theory]
    [InlineData("pgrep java", 1)]
    [InlineData("pgrep nginx", 0)]
    [InlineData("mkdir -p /data/\necho \"wo shi hehe\" >> /data/test.txt\n", 0)]
    [InlineData("ls /tmp/health", 1)]
    [InlineData("echo postStart... > /usr/share/nginx/html/index.html", 0)]
    [InlineData("curl -s localhost | grep -q Welcome", 0)]
    [InlineData("nginx -t", 0)]
    public async Task Exec_InNginx_EndsAsInTheTutorial(string script, int code)
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync(Mirror + "nginx:1.27.5");

        Assert.Equal(code, (await lab.ExecAsync(id, script)).ExitCode);
    }

    [Fact]
    public async Task Exec_MissingFileOfALivenessProbe_SaysWhatIsShownInEvents()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("nginx:1.17.1");

        var result = await lab.Runtime.ExecSyncAsync(id, ["/bin/cat", "/tmp/hello.txt"], TimeSpan.FromSeconds(1), default);

        Assert.Equal((1, "cat: can't open '/tmp/hello.txt': No such file or directory\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Exec_WritesToTheFirstProcessesOutput_IsInTheLog()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("busybox:1.30", "sleep", "1000");

        await lab.ExecAsync(id, "echo from a probe > /proc/1/fd/1");

        Assert.Equal("from a probe\n", await lab.LogAsync(id));
    }

    [Fact]
    public async Task Exec_LivenessOfTheFirstForty_FailsAfterTheFileIsRemoved()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600");
        await lab.Time.WaitForTimersAsync(1);

        Assert.Equal(0, (await lab.ExecAsync(id, "cat /tmp/healthy")).ExitCode);
        lab.Time.Advance(TimeSpan.FromSeconds(30));
        await lab.Time.WaitForTimersAsync(1);           // the second sleep
        Assert.Equal(1, (await lab.ExecAsync(id, "cat /tmp/healthy")).ExitCode);
    }

    [Fact]
    public async Task Java_WithAPortArgument_ListensThereAfterItsStart()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "demo", Image = "k8sre/demo:v1.1", Command = ["java"], Args = ["-Djava.awt.headless=true", "--httpPort=8081"] });
        Assert.NotNull(await lab.Node.Network.TcpConnectAsync(pod.Ip, 8081, TimeSpan.FromSeconds(1), default));
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(2));
        await lab.LinesAsync(id, 2);

        Assert.Null(await lab.Node.Network.TcpConnectAsync(pod.Ip, 8081, TimeSpan.FromSeconds(1), default));
        var stop = lab.Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(30), default);
        await lab.Time.WaitForTimersAsync(2);
        lab.Time.Advance(TimeSpan.FromSeconds(1));
        await stop.OrMissing("the end of the stop");
        Assert.Equal(143, (await lab.StatusAsync(id)).ExitCode);
    }

    [Fact]
    public async Task Ping_FamousHost_Answers()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("alpine/curl:latest", "ping", "baidu.com");
        await lab.LinesAsync(id, 2);

        Assert.StartsWith("PING baidu.com (39.156.66.10): 56 data bytes\n64 bytes from 39.156.66.10: seq=0 ttl=64", await lab.LogAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bash_InAlpine_CannotBeStarted()
    {
        await using var lab = new SimLab();
        var id = await (await lab.PodAsync()).CreateAsync("alpine:3.20", null, "/bin/bash", "-c", "echo hello; sleep 1");

        await Assert.ThrowsAsync<RuntimeException>(() => lab.Runtime.StartContainerAsync(id, default));
    }

    [Fact]
    public async Task Sidecar_TailsAFileOfTheVolume_PrintsWhatIsAdded()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        lab.Node.Files.CreateDirectory("/vol");
        var app = await pod.StartAsync(new ContainerConfig { Name = "app", Image = "busybox", Command = ["sh", "-c", "echo one > /log/app.log; sleep 5; echo two >> /log/app.log; sleep 1000"], Mounts = [new("/vol", "/log")] });
        await lab.Time.WaitForTimersAsync(1);
        var sidecar = await pod.StartAsync(new ContainerConfig { Name = "side", Image = "busybox", Command = ["tail", "-n+1", "-f", "/log/app.log"], Mounts = [new("/vol", "/log")] });
        await lab.LinesAsync(sidecar, 1);
        for (var second = 0; second < 6; second++)
        {
            await lab.Time.WaitForTimersAsync(2);
            lab.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await lab.LinesAsync(sidecar, 2);

        Assert.Equal("one\ntwo\n", await lab.LogAsync(sidecar));
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(app)).State);
    }

    [Fact]
    public async Task Terminal_ExecOfAShell_PromptsEchoesAndEnds()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("busybox:1.30", "sleep", "1000");
        using var input = new MemoryStream("echo hi\rexit 3\r"u8.ToArray());
        using var output = new MemoryStream();

        var code = await lab.Runtime.ExecAsync(id, new ExecRequest(["sh"], Tty: true), new ContainerStreams(input, output, null), default).OrMissing("the end of the shell");

        Assert.Equal(3, code);
        Assert.Equal("/ # echo hi\r\nexit 3\r\nhi\r\n/ # ", System.Text.Encoding.UTF8.GetString(output.ToArray()));
    }
}
