using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Tests.Simulation;

public sealed class NetworkTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Http_OfNginx_AnswersFromItsFiles()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync("nginx:1.17.1");

        var welcome = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 80, "/"), Second, default);
        await lab.ExecAsync(id, "echo postStart... > /usr/share/nginx/html/index.html");
        var changed = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 80, "/"), Second, default);
        var missing = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 80, "/hello"), Second, default);

        Assert.Contains("<h1>Welcome to nginx!</h1>", welcome.Body, StringComparison.Ordinal);
        Assert.Equal("postStart...\n", changed.Body);
        Assert.Equal((200, 404), (welcome.StatusCode, missing.StatusCode));
        Assert.Contains("open() \"/usr/share/nginx/html/hello\" failed (2: No such file or directory)", await lab.LogAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_NobodyListens_IsRefusedInGosWords()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        await pod.StartAsync("nginx:1.17.1");

        var tcp = await lab.Node.Network.TcpConnectAsync(pod.Ip, 8080, Second, default);
        var http = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 8080, "/x"), Second, default);

        Assert.Equal($"dial tcp {pod.Ip}:8080: connect: connection refused", tcp!.Message);
        Assert.Equal($"Get \"http://{pod.Ip}:8080/x\": dial tcp {pod.Ip}:8080: connect: connection refused", http.Error!.Message);
        Assert.Null(await lab.Node.Network.TcpConnectAsync(pod.Ip, 80, Second, default));
    }

    [Fact]
    public async Task Dial_NoHostThere_TimesOut()
    {
        await using var lab = new SimLab();

        var dial = lab.Node.Network.TcpConnectAsync("192.168.109.201", 80, Second, default);
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(Second);

        Assert.Equal("dial tcp 192.168.109.201:80: i/o timeout", (await dial.OrMissing("the timeout"))!.Message);
    }

    [Theory]
    [InlineData("10.244.0.7", 0)]
    [InlineData("10.244.12.7", 12)]
    [InlineData("10.245.1.7", 257)]
    [InlineData("10.243.0.7", null)]
    [InlineData("10.96.0.10", null)]
    [InlineData("192.168.109.201", null)]
    public void RangeOf_AnAddress_IsThatOfItsNode(string ip, int? range)
    {
        Assert.Equal(range, AddressPool.RangeOf(ip));
        if (range is { } n) Assert.StartsWith(AddressPool.CidrOf(n).Replace("0/24", "", StringComparison.Ordinal), ip, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_PodOfAnotherProcess_IsAnsweredFromThere()
    {
        await using var here = new SimLab();
        await using var there = new SimLab(podRange: 2);
        var server = await there.PodAsync();
        await server.StartAsync("nginx:1.17.1");
        here.Host.Network.Far = new OtherProcess(there.Host.Network);

        var page = await here.Node.Network.HttpAsync(new HttpCall("HTTP", server.Ip, 80, "/"), Second, default);
        var refused = await here.Node.Network.TcpConnectAsync(server.Ip, 8080, Second, default);

        Assert.Equal(200, page.StatusCode);
        Assert.Equal($"dial tcp {server.Ip}:8080: connect: connection refused", refused!.Message);
        Assert.True(await here.Host.Network.AnswersPingAsync(server.Ip, here.Node.Address, default));
        Assert.False(await here.Host.Network.AnswersPingAsync("10.244.2.250", here.Node.Address, default));
    }

    [Fact]
    public async Task Dial_PodThatNoProcessHas_HasNoRouteAfterThreeSeconds()
    {
        await using var here = new SimLab();
        await using var there = new SimLab(podRange: 2);
        here.Host.Network.Far = new OtherProcess(there.Host.Network);

        var dial = here.Node.Network.TcpConnectAsync("10.244.2.250", 80, TimeSpan.Zero, default);
        await here.Time.WaitForTimersAsync(1);
        here.Time.Advance(3 * Second);

        Assert.Equal("dial tcp 10.244.2.250:80: connect: no route to host", (await dial.OrMissing("the answer"))!.Message);
    }

    [Fact]
    public async Task Curl_FromAnotherPod_GetsThePage()
    {
        await using var lab = new SimLab();
        var server = await lab.PodAsync();
        await server.StartAsync("nginx:1.17.1");
        var client = await lab.StartAsync("alpine/curl:latest", "sleep", "1000");

        Assert.Contains("Welcome to nginx!", (await lab.ExecAsync(client, $"curl -s {server.Ip}")).Stdout, StringComparison.Ordinal);
        Assert.Equal("404", (await lab.ExecAsync(client, $"curl -s -o /dev/null -w '%{{http_code}}' http://{server.Ip}/hello")).Stdout);
        var refused = await lab.ExecAsync(client, $"curl {server.Ip}:81");
        Assert.Equal((7, $"curl: (7) Failed to connect to {server.Ip} port 81 after 0 ms: Couldn't connect to server\n"), (refused.ExitCode, refused.Stderr));
    }

    [Fact]
    public async Task Listen_PortOfThePodIsTaken_SecondNginxGivesUpAfterFiveTries()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        await pod.StartAsync("nginx:1.17.1");

        var second = await pod.StartAsync("nginx:1.17.1");
        for (var i = 0; i < 4; i++)
        {
            await lab.Time.WaitForTimersAsync(1);
            lab.Time.AdvanceToNextTimer();
        }

        Assert.Equal(1, (await lab.EndAsync(second).OrMissing("the end of the second nginx")).ExitCode);
        var log = await lab.LogAsync(second);
        Assert.Equal(5, log.Split("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)").Length - 1);
        Assert.EndsWith("nginx: [emerg] still could not bind()\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PingLoop_HostAppears_EndsTheWait()
    {
        using var directory = new TemporaryDirectory();
        await using var lab = new SimLab(directory.Path);
        var id = await lab.StartShellAsync("until ping 192.168.109.201 -c 1 ; do echo waiting for mysql...; sleep 2; done;");
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(10));     // no answer
        await lab.LinesAsync(id, 5);
        await File.WriteAllTextAsync(directory.File("hosts"), "192.168.109.201 mysql\n");
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, (await lab.EndAsync(id).OrMissing("the end of the wait")).ExitCode);
        Assert.Contains("100% packet loss\nwaiting for mysql...\n", await lab.LogAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_AskedByItsClient_Answers()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("redis:7.0");

        Assert.Equal("PONG\nOK\n42\n43\n", (await lab.ExecAsync(id, "redis-cli ping; redis-cli set a 42; redis-cli get a; redis-cli incr a")).Stdout);
    }

    [Fact]
    public async Task GrpcHealth_OfAServerThatSaysNo_IsNotServing()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        await pod.StartAsync(new ContainerConfig { Name = "c", Image = "registry.k8s.io/e2e-test-images/agnhost:2.40", Args = ["grpc-health-checking"] });

        var before = await lab.Node.Network.GrpcHealthAsync(pod.Ip, 5000, "", Second, default);
        await lab.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 8080, "/make-not-serving"), Second, default);
        var after = await lab.Node.Network.GrpcHealthAsync(pod.Ip, 5000, "", Second, default);

        Assert.Equal((GrpcHealthStatus.Serving, GrpcHealthStatus.NotServing), (before.Status, after.Status));
    }

    [Fact]
    public async Task NetExec_AskedToDial_PassesTheRequestOnAndBothLogIt()
    {
        await using var lab = new SimLab();
        var (first, second) = (await lab.PodAsync(), await lab.PodAsync());
        var config = new ContainerConfig { Name = "c", Image = "registry.k8s.io/e2e-test-images/agnhost:2.40", Args = ["netexec"] };
        var (asked, passedTo) = (await first.StartAsync(config), await second.StartAsync(config));

        var answer = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", first.Ip, 8080, $"/dial?host={second.Ip}&port=8080&request=echo%3Fmsg%3Dhello"), Second, default);
        var nobody = await lab.Node.Network.HttpAsync(new HttpCall("HTTP", first.Ip, 8080, $"/dial?host={second.Ip}&port=81&request=x"), Second, default);

        Assert.Equal("{\"responses\":[\"hello\"]}", answer.Body);
        Assert.Equal($"{{\"errors\":[\"dial tcp {second.Ip}:81: connect: connection refused\"]}}", nobody.Body);
        Assert.Contains($"] GET /dial?host={second.Ip}&port=8080&request=echo%3Fmsg%3Dhello\n", await lab.LogAsync(asked));
        Assert.EndsWith("] GET /echo?msg=hello\n", await lab.LogAsync(passedTo));
    }

    [Fact]
    public async Task NetExec_PortIsTaken_SaysSoAndEnds()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var config = new ContainerConfig { Name = "first", Image = "registry.k8s.io/e2e-test-images/agnhost:2.40", Args = ["netexec"] };
        await pod.StartAsync(config);
        var id = await pod.StartAsync(config with { Name = "second" });

        Assert.Equal(1, (await lab.EndAsync(id)).ExitCode);
        Assert.EndsWith("] listen tcp :8080: bind: address already in use\n", await lab.LogAsync(id));
    }

    [Fact]
    public async Task NetTest_WrittenTo_CountsBySource()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "registry.k8s.io/e2e-test-images/agnhost:2.40", Args = ["nettest"] });

        await lab.ExecAsync(id, "for i in 1 2; do wget -qO- --post-data='{\"Source\":\"prestop\"}' http://localhost:8080/write; done; wget -qO- --post-data=nonsense http://localhost:8080/write");

        Assert.Equal("{\"Received\":{\"prestop\":2}}", (await lab.ExecAsync(id, "wget -qO- http://localhost:8080/read")).Stdout);
    }

    [Fact]
    public async Task HostPort_OtherAddressOrProtocol_IsAnotherPort()
    {
        await using var lab = new SimLab();
        await ForwardAsync("a", new PortMapping(8080, 80, HostIp: "127.0.0.1"));
        await ForwardAsync("b", new PortMapping(8080, 80, HostIp: "172.18.0.2"));
        await ForwardAsync("c", new PortMapping(8080, 80, "UDP", "172.18.0.2"));

        var refusal = await Assert.ThrowsAsync<RuntimeException>(() => ForwardAsync("d", new PortMapping(8080, 80)));

        Assert.Equal("failed to setup network for sandbox: host port 8080 is already in use", refusal.Message);
        await ForwardAsync("d", new PortMapping(8080, 80, "SCTP"));

        Task ForwardAsync(string name, PortMapping port) =>
            lab.Runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = name, Namespace = "default", Uid = name, Hostname = name, PortMappings = [port] }, default);
    }

    private sealed class OtherProcess(VirtualNetwork network) : IFarAddresses
    {
        public Task<FarDial> DialAsync(string from, string ip, int port, CancellationToken ct) => Task.FromResult(network.DialHere(from, ip, port));

        public Task<bool> AnswersPingAsync(string ip, CancellationToken ct) => Task.FromResult(network.IsHere(ip));
    }
}
