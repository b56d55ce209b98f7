using System.Text.Json;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Cycles;

// The loop over one node of 4 cpu, and two plugins that say of a pod what its label tells them.
public sealed class PermitTests : LoopTest
{
    private readonly Doorman _doorman;

    public PermitTests()
        : this(new Doorman("Doorman"), new Doorman("Janitor"))
    {
    }

    private PermitTests(Doorman doorman, Doorman janitor)
        : base(doorman, janitor)
    {
        _doorman = doorman;
        Feed.OnAdd(A.Node("n1", cpu: "4"));
    }

    [Fact]
    public async Task Permit_Later_KeepsTheRoomAndBindsWhenAllowed()
    {
        var waiting = await WaitAsync(A.Pod().Cpu("3").Label("Doorman", "later"));

        Assert.Equal(3000, Assert.Single(Rig.Nodes()).Requested.MilliCpu);
        Assert.Equal(["Doorman"], waiting.PendingPlugins);
        Assert.False(Api.Writes.Reader.TryRead(out _));

        waiting.Allow("Doorman");

        Assert.Equal("bind default/web to n1", await WriteAsync());
        Assert.Equal("Normal Scheduled Pod/web: Successfully assigned default/web to n1", await EventAsync());
        Assert.Empty(Rig.Waiting.All);
    }

    [Fact]
    public async Task Permit_LaterOfTwo_TakesTheLeaveOfBoth()
    {
        var waiting = await WaitAsync(A.Pod().Label("Doorman", "later").Label("Janitor", "later"));

        waiting.Allow("Somebody");
        waiting.Allow("Doorman");
        Assert.Equal(["Janitor"], waiting.PendingPlugins);
        Assert.False(Api.Writes.Reader.TryRead(out _));
        waiting.Allow("Janitor");

        Assert.Equal("bind default/web to n1", await WriteAsync());
    }

    [Fact]
    public async Task Permit_Refused_SendsThePodBack()
    {
        Arrive(A.Pod().Cpu("3").Label("Doorman", "no"));

        await AssertRejectedAsync("0/1 nodes are available: 1 not today.");
        Assert.Equal(["reserved web", "unreserved web"], _doorman.Seen);
    }

    [Fact]
    public async Task Permit_LaterOfOneAndRefusedOfTheNext_DoesNotWait()
    {
        Arrive(A.Pod().Cpu("3").Label("Doorman", "later").Label("Janitor", "no"));

        await AssertRejectedAsync("0/1 nodes are available: 1 not today.");
        Assert.Empty(Rig.Waiting.All);
    }

    [Fact]
    public async Task Permit_Fails_GivesTheRoomBackAndTriesAgain()
    {
        var pod = A.Pod().Cpu("3").Label("Doorman", "fail");
        Arrive(pod);
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal("Warning FailedScheduling Pod/web: out of order", await EventAsync());
        await Rig.BackInQueueAsync(Pool.Backoff);
        Assert.Equal(0, Assert.Single(Rig.Nodes()).Requested.MilliCpu);
        Assert.Equal(["reserved web", "unreserved web"], _doorman.Seen);

        Feed.OnUpdate(pod, A.Pod().Cpu("3"));
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/web to n1", await WriteAsync());
    }

    [Fact]
    public async Task Reject_PodThatWaits_SendsItBackAndGivesTheRoomBack()
    {
        var waiting = await WaitAsync(A.Pod().Cpu("3").Label("Doorman", "later"));

        Assert.True(waiting.Reject("Doorman", "the others do not come"));

        await AssertRejectedAsync("0/1 nodes are available: 1 the others do not come.");
        Assert.Equal(["reserved web", "unreserved web"], _doorman.Seen);
        Assert.Empty(Rig.Waiting.All);
    }

    [Theory]
    [InlineData("later", 60, "1m0s")]
    [InlineData("in an hour", 900, "15m0s")]
    public async Task Permit_NobodyDecides_RejectsWhenTheTimeIsOver(string answer, int seconds, string duration)
    {
        await WaitAsync(A.Pod().Cpu("3").Label("Doorman", answer));

        Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Single(Rig.Waiting.All);
        Time.Advance(TimeSpan.FromSeconds(1));

        await AssertRejectedAsync($"0/1 nodes are available: 1 rejected due to timeout after waiting {duration} at plugin Doorman.");
    }

    [Fact]
    public async Task Permit_ManyWait_OthersAreBoundMeanwhile()
    {
        for (var i = 0; i < 100; i++) Arrive(A.Pod($"member-{i}").Label("Doorman", "later"));
        Arrive(A.Pod("other"));
        Assert.Equal("bind default/other to n1", await WriteAsync());

        var members = Rig.Waiting.All;
        Assert.Equal(100, members.Count);
        foreach (var member in members) member.Allow("Doorman");

        var bound = new HashSet<string>();
        while (bound.Count < 100) Assert.True(bound.Add(await WriteAsync()));
        Assert.All(members, member => Assert.Contains($"bind {member.Pod.Key} to n1", bound));
    }

    [Fact]
    public async Task Delete_PodThatWaits_LetsItGoAndOthersHaveTheRoom()
    {
        var pod = A.Pod("gone").Cpu("3").Label("Doorman", "later");
        await WaitAsync(pod);
        Arrive(A.Pod("next").Cpu("3"));
        Assert.Equal("patch Pod default/next status", await WriteAsync());
        await EventAsync();
        await Rig.BackInQueueAsync(Pool.Unschedulable);

        Feed.OnDelete(pod);
        Time.Advance(TimeSpan.FromSeconds(1));

        // Nothing is written or told of the pod that has gone.
        Assert.Equal("bind default/next to n1", await WriteAsync());
        Assert.Equal("Normal Scheduled Pod/next: Successfully assigned default/next to n1", await EventAsync());
        Assert.Empty(Rig.Waiting.All);
        // The feed has given the room back by itself; the plugins hear of it from a worker, who may be the later of the two.
        await Patience.UntilAsync(() => _doorman.Seen.Contains("unreserved gone"), "the end of the reservation");
    }

    [Fact]
    public async Task Hear_PodThatWaitsWasGivenANodeByOthers_LetsItGo()
    {
        var pod = A.Pod("taken").Cpu("3").Label("Doorman", "later");
        await WaitAsync(pod);
        Feed.OnAdd(A.Node("n2"));

        Feed.OnUpdate(pod, pod.Clone().OnNode("n2"));
        Arrive(A.Pod("next").Cpu("4"));

        Assert.Equal("bind default/next to n1", await WriteAsync());
        Assert.Empty(Rig.Waiting.All);
        Assert.Equal(3000, Rig.Nodes().Single(node => node.Name == "n2").Requested.MilliCpu);
    }

    [Fact]
    public async Task Preempt_VictimWaits_IsRejectedAndNotDeleted()
    {
        await WaitAsync(A.Pod("low").Cpu("3").Label("Doorman", "later"));

        Arrive(A.Pod("urgent").Cpu("3").Priority(10));

        string[] writes = [await WriteAsync(), await WriteAsync()];
        Assert.Equal(["patch Pod default/low status", "patch Pod default/urgent status"], writes.Order());
        string[] events = [await EventAsync(), await EventAsync(), await EventAsync()];
        Assert.Equal(
            [
                "Normal Preempted Pod/low: Preempted by pod uid-urgent on node n1",
                "Warning FailedScheduling Pod/low: 0/1 nodes are available: 1 preempted.",
                "Warning FailedScheduling Pod/urgent: 0/1 nodes are available: 1 Insufficient cpu.",
            ],
            events.Order());
        await Rig.BackInQueueAsync(Pool.Backoff);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("bind default/urgent to n1", await WriteAsync());
    }

    [Fact]
    public async Task Reject_SomethingHappenedMeanwhile_IsTriedAgainAfterItsBackoff()
    {
        var waiting = await WaitAsync(A.Pod().Cpu("3").Label("Doorman", "later"));
        Feed.OnAdd(A.Node("n2"));

        waiting.Reject("Doorman", "no");

        await Rig.BackInQueueAsync(Pool.Backoff);
    }

    [Fact]
    public async Task Reject_AfterTheDecision_DoesNothing()
    {
        var waiting = await WaitAsync(A.Pod().Cpu("3").Label("Doorman", "later"));
        waiting.Allow("Doorman");

        Assert.False(waiting.Reject("Doorman", "too late"));
        Time.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal("bind default/web to n1", await WriteAsync());
        Assert.Equal("Normal Scheduled Pod/web: Successfully assigned default/web to n1", await EventAsync());
        Assert.False(Rig.Waiting.Reject("uid-web"));
    }

    private async Task<WaitingPod> WaitAsync(Pod pod)
    {
        Arrive(pod);
        await Patience.UntilAsync(() => Rig.Waiting.TryFind(pod.Metadata.Uid, out _), $"{pod.Metadata.Name} among those that wait");
        return Rig.Waiting.TryFind(pod.Metadata.Uid, out var waiting) ? waiting : throw new InvalidOperationException("It waits no longer.");
    }

    private async Task AssertRejectedAsync(string message)
    {
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal($"Warning FailedScheduling Pod/web: {message}", await EventAsync());
        var condition = JsonDocument.Parse(Assert.Single(Api.Patches).Document).RootElement.GetProperty("status").GetProperty("conditions")[0];
        Assert.Equal(("Unschedulable", message), (condition.GetProperty("reason").GetString(), condition.GetProperty("message").GetString()));
        await Rig.BackInQueueAsync(Pool.Unschedulable);
        Assert.Equal(0, Assert.Single(Rig.Nodes()).Requested.MilliCpu);
    }

    // Answers by the pod's label of its own name.
    private sealed class Doorman(string name) : IReservePlugin, IPermitPlugin
    {
        private readonly List<string> _seen = [];

        public string Name => name;

        public IReadOnlyList<string> Seen
        {
            get { lock (_seen) return [.. _seen]; }
        }

        public Status Reserve(CycleState state, PodInfo pod, string node)
        {
            See($"reserved {pod.Key.Name}");
            return Status.Success;
        }

        public void Unreserve(CycleState state, PodInfo pod, string node) => See($"unreserved {pod.Key.Name}");

        public Permission Permit(CycleState state, PodInfo pod, string node) => pod.Pod.Metadata.Labels.GetValueOrDefault(name) switch
        {
            "later" => Permission.Later(TimeSpan.FromMinutes(1)),
            "in an hour" => Permission.Later(TimeSpan.FromHours(1)),
            "fail" => throw new InvalidOperationException("out of order"),
            "no" => Permission.Refused(Status.Unschedulable("not today")),
            _ => Permission.Granted,
        };

        private void See(string what)
        {
            lock (_seen) _seen.Add(what);
        }
    }
}
