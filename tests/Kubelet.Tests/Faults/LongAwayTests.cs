using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Faults;

/// <summary>The kubelet was away for ten minutes: its node counts as lost, and what its pods were in the middle of is long over.</summary>
[OneAtATime]
public sealed class LongAwayTests
{
    private static readonly TimeSpan Absence = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task LongAway_StatusWriteInFlight_StatusOfAPodThatIsGoneIsDropped()
    {
        var api = new FakePodApi(A.Pod());
        using var stop = new CancellationTokenSource();
        var reporter = new PodStatusReporter(api, new ManualTimeProvider(), NullLogger<PodStatusReporter>.Instance, stop.Token);
        api.Vanish();

        reporter.Set(A.Pod(), new PodStatus { Phase = "Running" }, mayStillRun: true);

        // The fakes answer on the spot: whatever follows the look has happened by now.
        Assert.Equal(1, api.Reads);
        Assert.False(api.Writes.TryRead(out _));
        await stop.CancelAsync();
    }

    [Fact]
    public async Task LongAway_Grace_EndsAtOnceOnReturn()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        await runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = A.Uid }, default);
        await runtime.StartContainerAsync(await runtime.CreateContainerAsync("s0", new ContainerConfig { Name = "c", Image = "app:1" }, default), default);

        await using var worker = new WorkerHarness(A.Pod().Deleting(time.GetUtcNow() - Absence, 30), runtime, time);

        // Two seconds lie between every signal and its kill, however late it comes.
        await worker.CallAsync("stop c 2");
        Assert.Equal("Succeeded", (await worker.DeletedAsync()).Phase);
    }

    [Fact]
    public async Task LongAway_LeaseRenewal_NodeSaysAtOnceThatItIsReady()
    {
        var time = new ManualTimeProvider();
        var api = new FakeApiClient { Refuse = write => write == "create Node /node-1" ? FakeApiClient.Refusal(409, "AlreadyExists") : null };
        var lost = NodeObjects.Create(Heartbeats.Node, new NodeReport(new RuntimeVersion("fake", "1"), []), time.GetUtcNow() - Absence);
        foreach (var condition in lost.Status.Conditions) (condition.Status, condition.Reason) = ("Unknown", "NodeStatusUnknown");
        api.Put(lost);

        await Heartbeats.Of(api, time).RegisterAsync(default);

        var ready = api.All<Protocol.Core.V1.Node>().Single().Status.Conditions.Single(condition => condition.Type == "Ready");
        Assert.Equal(("True", "KubeletReady", time.GetUtcNow()), (ready.Status, ready.Reason, ready.LastTransitionTime.ToDateTimeOffset()));
    }
}
