using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;

namespace MiniK8s.Kubelet.Tests.Probes;

public sealed class ChecksTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private readonly FakeNetwork _network = new();
    private readonly Container _container = A.Container("c");

    [Theory]
    [InlineData(200, ProbeVerdict.Success, "body")]
    [InlineData(399, ProbeVerdict.Warning, "Probe terminated redirects, Response body: body")]
    [InlineData(400, ProbeVerdict.Failure, "HTTP probe failed with statuscode: 400")]
    [InlineData(503, ProbeVerdict.Failure, "HTTP probe failed with statuscode: 503")]
    internal async Task Http_StatusCode_Decides(int code, ProbeVerdict verdict, string output)
    {
        _network.Answers["10.244.0.2/x"] = new HttpAnswer(code, [], "body");

        Assert.Equal(new ProbeOutcome(verdict, output), await HttpAsync());
    }

    [Fact]
    public async Task Http_RedirectOnTheSameHost_IsFollowed()
    {
        _network.Answers["10.244.0.2/x"] = new HttpAnswer(302, [new("Location", "/y")], "");
        _network.Answers["10.244.0.2/y"] = new HttpAnswer(500, [], "");

        Assert.Equal("HTTP probe failed with statuscode: 500", (await HttpAsync()).Output);
    }

    [Fact]
    public async Task Http_RedirectToAnotherHost_IsSuccessWithAWarning()
    {
        _network.Answers["10.244.0.2/x"] = new HttpAnswer(302, [new("Location", "http://example.com/")], "moved");

        Assert.Equal(new ProbeOutcome(ProbeVerdict.Warning, "Probe terminated redirects, Response body: moved"), await HttpAsync());
    }

    [Fact]
    public async Task Http_NamedPortThatIsNotThere_IsAnError() =>
        Assert.Equal(new ProbeOutcome(ProbeVerdict.Error, "couldn't find port: web for container: c"), await HttpAsync(new IntOrString { Type = 1, StrVal = "web" }));

    [Fact]
    public async Task Http_NoOwnHeaders_SaysWhoAsks()
    {
        _network.Answers["10.244.0.2/x"] = new HttpAnswer(200, [], "");

        await HttpAsync();

        Assert.Equal(["User-Agent=kube-probe/1.32", "Accept=*/*"], _network.LastHeaders);
    }

    [Theory]
    [InlineData(GrpcHealthStatus.Serving, ProbeVerdict.Success, "")]
    [InlineData(GrpcHealthStatus.NotServing, ProbeVerdict.Failure, "service unhealthy (responded with \"NOT_SERVING\")")]
    internal async Task Grpc_Status_Decides(GrpcHealthStatus status, ProbeVerdict verdict, string output)
    {
        _network.Health = new GrpcHealthAnswer(status);

        Assert.Equal(new ProbeOutcome(verdict, output), await new GrpcCheck(_network).RunAsync(new GRPCAction { Port = 50051 }, "10.0.0.5", Timeout, CancellationToken.None));
    }

    [Fact]
    public async Task Grpc_NobodyListens_IsATimeoutOfTheConnection()
    {
        _network.Health = new GrpcHealthAnswer(GrpcHealthStatus.Unknown, new NetworkError(NetworkErrorKind.ConnectionRefused, "refused"));

        Assert.Equal(
            "timeout: failed to connect service \"10.0.0.5:50051\" within 1s: context deadline exceeded",
            (await new GrpcCheck(_network).RunAsync(new GRPCAction { Port = 50051 }, "10.0.0.5", Timeout, CancellationToken.None)).Output);
    }

    [Fact]
    public async Task Exec_TimesOut_IsAFailureThatNamesTheCommand()
    {
        var runtime = new FakeRuntime(new ManualTimeProvider()) { OnExec = (_, _, _) => Task.FromResult(new ExecResult(0, "", "", TimedOut: true)) };
        _container.Env.Add(new Protocol.Core.V1.EnvVar { Name = "F", Value = "file" });

        var outcome = await new ExecCheck(runtime).RunAsync(new ExecAction { Command = { "cat", "$(F)" } }, _container, "c-0", Timeout, CancellationToken.None);

        Assert.Equal(new ProbeOutcome(ProbeVerdict.Failure, "command timed out: \"cat file\" timed out after 1s"), outcome);
    }

    [Fact]
    public async Task Exec_CannotBeRun_IsAnErrorNotAFailure()
    {
        var runtime = new FakeRuntime(new ManualTimeProvider()) { OnExec = (_, _, _) => throw new RuntimeException(RuntimeErrorCode.Unknown, "no such file") };

        var outcome = await new ExecCheck(runtime).RunAsync(new ExecAction { Command = { "x" } }, _container, "c-0", Timeout, CancellationToken.None);

        Assert.Equal(new ProbeOutcome(ProbeVerdict.Error, "no such file"), outcome);
    }

    private Task<ProbeOutcome> HttpAsync(IntOrString? port = null) => new HttpCheck(_network).RunAsync(
        new HTTPGetAction { Path = "/x", Port = port ?? new IntOrString { IntVal = 80 } }, _container, "10.244.0.2", Timeout, CancellationToken.None);

    private sealed class FakeNetwork : IPodNetwork
    {
        public Dictionary<string, HttpAnswer> Answers { get; } = [];

        public GrpcHealthAnswer Health { get; set; } = new(GrpcHealthStatus.Unknown);

        public IEnumerable<string> LastHeaders { get; private set; } = [];

        public Task<HttpAnswer> HttpAsync(HttpCall call, TimeSpan timeout, CancellationToken ct)
        {
            LastHeaders = call.Headers.Select(h => $"{h.Key}={h.Value}");
            return Task.FromResult(Answers[call.Host + call.Path]);
        }

        public Task<NetworkError?> TcpConnectAsync(string host, int port, TimeSpan timeout, CancellationToken ct) => throw new NotSupportedException();

        public Task<GrpcHealthAnswer> GrpcHealthAsync(string host, int port, string service, TimeSpan timeout, CancellationToken ct) => Task.FromResult(Health);

        public Task<PodConnection> DialAsync(string host, int port, CancellationToken ct) => throw new NotSupportedException();
    }
}
