using System.Threading.Channels;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using ContainerState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.Probes;

/// <summary>Probes of one pod on a manual clock; exec decides by a switch.</summary>
[OneAtATime]
public sealed class PodProbesTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<string> _wakes = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly Container _container = A.Container("c");
    private readonly FakeRuntime _runtime;
    private readonly PodProbes _probes;
    private bool _isHealthy = true;

    public PodProbesTests()
    {
        _runtime = new FakeRuntime(_time);
        _runtime.OnExec = (_, _, _) => Task.FromResult(new ExecResult(_isHealthy ? 0 : 1, "", _isHealthy ? "" : "broken"));
        var runner = new ProbeRunner(new ExecCheck(_runtime), new HttpCheck(null!), new TcpCheck(null!), new GrpcCheck(null!), new EventLog(_events.Writer));
        _probes = new PodProbes(runner, uid => _wakes.Writer.TryWrite(uid), new Random(1), _time, NullLoggerFactory.Instance, _stopping.Token);
        // The kubelet has been up for a while: no probe is spread.
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Readiness_ContainerStarts_IsAskedAtOnceAndThenEachPeriod()
    {
        _container.ReadinessProbe = Probe(period: 10, failures: 2);
        var pod = A.Pod(_container);
        _probes.Begin(pod);
        await _time.WaitForTimersAsync(1);
        Assert.False(_probes.IsReady(_container, Running(0)));

        _probes.Published(pod, Status(0, started: true));
        await WakeAsync();
        Assert.True(_probes.IsReady(_container, Running(0)));

        _isHealthy = false;
        await TickAsync(10);
        Assert.Equal("Unhealthy: Readiness probe failed: broken", await EventAsync());
        Assert.True(_probes.IsReady(_container, Running(0)));
        await TickAsync(10);
        await WakeAsync();
        Assert.False(_probes.IsReady(_container, Running(0)));
        Assert.Null(_probes.FailureOf(Running(0)));
    }

    [Fact]
    public async Task Liveness_FailsThreeTimes_KillsWithItsOwnGraceAndTheNextInstanceBeginsAnew()
    {
        _container.LivenessProbe = Probe(period: 5, failures: 3);
        _container.LivenessProbe.TerminationGracePeriodSeconds = 7;
        var pod = A.Pod(_container);
        _isHealthy = false;
        _probes.Begin(pod);
        await _time.WaitForTimersAsync(1);      // its first look, which finds nothing yet
        _probes.Published(pod, Status(0, started: true));

        for (var failure = 1; failure <= 3; failure++)
        {
            Assert.Null(_probes.FailureOf(Running(0)));
            await TickAsync(5);
            Assert.Equal("Unhealthy: Liveness probe failed: broken", await EventAsync());
        }
        await WakeAsync();
        Assert.Equal(new ContainerKillReason("Container {0} failed liveness probe, will be restarted", "liveness", TimeSpan.FromSeconds(7)), _probes.FailureOf(Running(0)));

        Assert.Null(_probes.FailureOf(Running(1)));
    }

    [Theory]
    [InlineData("Never", false, "Container {0} failed liveness probe")]
    [InlineData("OnFailure", false, "Container {0} failed liveness probe, will be restarted")]
    [InlineData("Always", true, "Init container {0} failed liveness probe")]
    public async Task Liveness_Fails_TheTextSaysWhetherItRestarts(string policy, bool isSidecar, string message)
    {
        _container.LivenessProbe = Probe(period: 5, failures: 1);
        var pod = isSidecar ? A.Pod(A.Container("main")).Init(_container) : A.Pod(_container).RestartPolicy(policy);
        if (isSidecar) _container.RestartPolicy = "Always";
        _isHealthy = false;
        _probes.Begin(pod);
        await _time.WaitForTimersAsync(1);
        _probes.Published(pod, Status(0, started: true, isSidecar));

        await TickAsync(5);
        await WakeAsync();

        Assert.Equal(message, _probes.FailureOf(Running(0))?.Message);
    }

    [Fact]
    public async Task Startup_Succeeds_StartsTheContainerOnceAndForAll()
    {
        _container.StartupProbe = Probe(period: 1, failures: 30);
        var pod = A.Pod(_container);
        _isHealthy = false;
        _probes.Begin(pod);
        await _time.WaitForTimersAsync(1);
        _probes.Published(pod, Status(0, started: false));
        await TickAsync(1);
        Assert.Equal("Unhealthy: Startup probe failed: broken", await EventAsync());
        Assert.False(_probes.IsStarted(_container, Running(0)));

        _isHealthy = true;
        await TickAsync(1);
        await WakeAsync();

        Assert.True(_probes.IsStarted(_container, Running(0)));
    }

    [Fact]
    public async Task EndRestarts_Termination_OnlyReadinessGoesOn()
    {
        _container.LivenessProbe = Probe(period: 5, failures: 1);
        _container.ReadinessProbe = Probe(period: 5, failures: 1);
        var pod = A.Pod(_container);
        _probes.Begin(pod);
        await _time.WaitForTimersAsync(2);      // first looks, which find nothing yet
        _probes.Published(pod, Status(0, started: true));
        await WakeAsync();
        await _time.WaitForTimersAsync(2);

        _probes.EndRestarts(A.Uid);
        _isHealthy = false;
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("Unhealthy: Readiness probe failed: broken", await EventAsync());
        await WakeAsync();
        Assert.Null(_probes.FailureOf(Running(0)));
        Assert.False(_events.Reader.TryRead(out _));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _probes.DisposeAsync();
        _stopping.Dispose();
    }

    private static Probe Probe(int period, int failures) => new()
    {
        Handler = new ProbeHandler { Exec = new ExecAction { Command = { "check" } } }, PeriodSeconds = period, FailureThreshold = failures, SuccessThreshold = 1, TimeoutSeconds = 1,
    };

    private static Kubelet.Runtime.ContainerStatus Running(int attempt) => A.Instance("c", ContainerState.Running, attempt);

    private PodStatus Status(int attempt, bool started, bool isSidecar = false)
    {
        var status = new PodStatus { Phase = "Running", PodIp = "10.244.0.2" };
        (isSidecar ? status.InitContainerStatuses : status.ContainerStatuses).Add(new Protocol.Core.V1.ContainerStatus
        {
            Name = "c", ContainerId = $"containerd://c-{attempt}", Started = started, State = new() { Running = new() { StartedAt = new() { Seconds = _time.GetUtcNow().ToUnixTimeSeconds() } } },
        });
        return status;
    }

    private async Task TickAsync(int seconds)
    {
        await _time.WaitForTimersAsync(1);
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }

    private Task WakeAsync() => _wakes.Reader.ReadAsync().AsTask().OrMissing("a wake-up of the pod's worker");

    private Task<string> EventAsync() => _events.Reader.ReadAsync().AsTask().OrMissing("an event");

    private sealed class EventLog(ChannelWriter<string> events) : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null) => events.TryWrite($"{reason}: {message}");
    }
}
