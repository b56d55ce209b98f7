using System.Text.Json;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Cycles;

// The loop, its workers, cache, queue and feed as they run in the process; only the server is a fake.
public sealed class SchedulerLoopTests : LoopTest
{
    [Fact]
    public async Task Run_PodThatFits_IsBoundAndSaysSo()
    {
        Feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod().Cpu("1"));

        Assert.Equal("bind default/web to n1", await WriteAsync());
        Assert.Equal("Normal Scheduled Pod/web: Successfully assigned default/web to n1", await EventAsync());
        Assert.Equal(1000, Assert.Single(Rig.Nodes()).Requested.MilliCpu);
    }

    [Fact]
    public async Task Run_PodThatDoesNotFit_SaysWhyOnceAndIsBoundWhenRoomComes()
    {
        const string Message = "0/1 nodes are available: 1 Insufficient cpu. "
            + "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
        Feed.OnAdd(A.Node("n1", cpu: "1"));
        Arrive(A.Pod().Cpu("2"));
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal($"Warning FailedScheduling Pod/web: {Message}", await EventAsync());
        AssertCondition("Unschedulable", Message);

        await Rig.BackInQueueAsync(Pool.Unschedulable);
        Feed.OnAdd(A.Node("n2", cpu: "2"));
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/web to n2", await WriteAsync());
    }

    [Fact]
    public async Task Run_ServerDoesNotBind_GivesTheRoomBackAndTriesAgain()
    {
        Api.Refuse = write => write.StartsWith("bind", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;
        Feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod().Cpu("4"));
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal("Warning FailedScheduling Pod/web: no leader", await EventAsync());
        AssertCondition("SchedulerError", "no leader");
        // Whether the binding is in nobody knows; if it is, the pod has another version by now.
        Assert.Equal(Api.All<Pod>().Single().Metadata.ResourceVersion, JsonDocument.Parse(Api.Patches[0].Document).RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString());
        await Rig.BackInQueueAsync(Pool.Backoff);
        Assert.Equal(0, Assert.Single(Rig.Nodes()).Requested.MilliCpu);

        Api.Refuse = _ => null;
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/web to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_TwoPodsForOneRoom_BindsOne()
    {
        Feed.OnAdd(A.Node("n1", cpu: "1"));
        Arrive(A.Pod("a").Cpu("1"));
        Assert.Equal("bind default/a to n1", await WriteAsync());
        Arrive(A.Pod("b").Cpu("1"));

        Assert.Equal("patch Pod default/b status", await WriteAsync());
    }

    [Fact]
    public async Task Run_BoundPodHeardOfUnassignedOnce_IsNotTriedAgain()
    {
        Feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod("a"));
        Assert.Equal("bind default/a to n1", await WriteAsync());

        // A late state from before the binding, then another pod: only the other is written.
        Feed.OnUpdate(A.Pod("a"), A.Pod("a"));
        Arrive(A.Pod("b"));

        Assert.Equal("bind default/b to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_DeletingPod_IsSkippedWithAnEvent()
    {
        Feed.OnAdd(A.Node("n1"));

        Arrive(A.Pod().Deleted());

        Assert.Equal("Warning FailedScheduling Pod/web: skip schedule deleting pod: default/web", await EventAsync());
    }

    [Fact]
    public async Task Feed_PodsOfOthersAndEndedOnes_AreNotOurs()
    {
        Feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod("other").With(spec => spec.SchedulerName = "custom"));
        var ended = A.Pod("ended");
        ended.Status.Phase = "Failed";
        Arrive(ended);
        Arrive(A.Pod("ours"));

        Assert.Equal("bind default/ours to n1", await WriteAsync());
    }

    private void AssertCondition(string reason, string message)
    {
        var (name, subresource, document) = Assert.Single(Api.Patches);
        var condition = JsonDocument.Parse(document).RootElement.GetProperty("status").GetProperty("conditions")[0];
        Assert.Equal(("web", "status"), (name, subresource));
        Assert.Equal(
            ("PodScheduled", "False", reason, message, "2030-01-01T12:00:00Z"),
            (Text("type"), Text("status"), Text("reason"), Text("message"), Text("lastTransitionTime")));

        string? Text(string property) => condition.GetProperty(property).GetString();
    }
}
