using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.NodeUnschedulable;
using MiniK8s.Scheduler.Plugins.PrioritySort;
using MiniK8s.Scheduler.Plugins.SchedulingGates;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Queue;

public sealed class SchedulingQueueTests : IAsyncLifetime
{
    private static readonly IReadOnlySet<string> ByFit = new HashSet<string> { "NodeResourcesFit" };
    private static readonly IReadOnlySet<string> ByNobody = new HashSet<string>();
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SchedulingQueue _queue;
    private Task _running = Task.CompletedTask;

    public SchedulingQueueTests()
    {
        var profile = A.Profile(A.Entries(new PrioritySort(), new SchedulingGates(), new NodeUnschedulable(), new NodeResourcesFit()));
        _queue = new SchedulingQueue(new Profiles([profile]), new SchedulingQueueOptions(), _time);
    }

    public async Task InitializeAsync()
    {
        _running = _queue.RunAsync(_stop.Token);
        await _time.WaitForTimersAsync(2);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.OrMissing("the queue's end");
        _stop.Dispose();
    }

    [Fact]
    public void Take_SeveralPods_HighestPriorityThenOldestFirst()
    {
        _queue.Set(A.Pod("old").Info());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _queue.Set(A.Pod("young").Info());
        _queue.Set(A.Pod("urgent").Priority(10).Info());

        Assert.Equal("urgent old young", string.Join(" ", Take(), Take(), Take()));
        Assert.Null(Take());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(9, 10)]
    public void Return_NthFailure_BacksOffDoublingUpToTenSeconds(int attempts, int seconds)
    {
        _queue.Set(A.Pod().Info());
        for (var attempt = 1; attempt < attempts; attempt++)
        {
            Fail(ByNobody);
            _time.Advance(TimeSpan.FromSeconds(10));
        }
        Fail(ByNobody);

        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal(1, _queue.Count(Pool.Backoff));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _queue.Count(Pool.Active));
    }

    [Fact]
    public void Return_RejectedByAPlugin_WaitsForAChangeThatHelps()
    {
        _queue.Set(A.Pod().Cpu("2").Info());
        Fail(ByFit);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _queue.Count(Pool.Unschedulable));

        _queue.Tell(new ClusterEvent.NodeAdded(A.Node(cpu: "1")));
        Assert.Equal(1, _queue.Count(Pool.Unschedulable));

        _queue.Tell(new ClusterEvent.NodeAdded(A.Node(cpu: "2")));
        Assert.Equal(1, _queue.Count(Pool.Active));
    }

    [Fact]
    public void Tell_WhileBackoffRuns_WaitsForItsEnd()
    {
        _queue.Set(A.Pod().Info());
        Fail(ByFit);

        _queue.Tell(new ClusterEvent.AssignedPodDeleted(A.Pod("other").Info()));
        Assert.Equal(1, _queue.Count(Pool.Backoff));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, _queue.Count(Pool.Active));
    }

    [Fact]
    public void Return_HelpedWhileInFlight_IsTriedAgain()
    {
        _queue.Set(A.Pod().Info());
        Assert.True(_queue.TryTake(out var queued));
        _queue.Tell(new ClusterEvent.AssignedPodDeleted(A.Pod("other").Info()));

        _queue.Return(queued, ByFit);

        Assert.Equal(1, _queue.Count(Pool.Backoff));
    }

    [Fact]
    public void Flush_FiveMinutesWithoutAChange_TriesAgain()
    {
        _queue.Set(A.Pod().Info());
        Fail(ByFit);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, _queue.Count(Pool.Unschedulable));
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(1, _queue.Count(Pool.Active));
    }

    [Fact]
    public void Set_GatedPod_WaitsForItsLastGateOnly()
    {
        _queue.Set(Gated("one", "two"));
        _queue.Tell(new ClusterEvent.NodeAdded(A.Node()));
        _time.Advance(TimeSpan.FromMinutes(10));
        _queue.Set(Gated("two"));
        Assert.Equal(1, _queue.Count(Pool.Gated));

        _queue.Set(Gated());

        Assert.Equal(1, _queue.Count(Pool.Active));
    }

    [Fact]
    public void Set_StatusChangedOnly_WakesNobody()
    {
        _queue.Set(A.Pod().Cpu("2").Info());
        Fail(ByFit);
        var pod = A.Pod().Cpu("2");
        pod.Status.Conditions.Add(new PodCondition { Type = "PodScheduled", Status = "False" });

        _queue.Set(pod.Info());
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(1, _queue.Count(Pool.Unschedulable));
    }

    [Fact]
    public void Set_SuccessorOfTheSameName_StartsAnew()
    {
        _queue.Set(A.Pod().Info());
        Fail(ByFit);
        var successor = A.Pod();
        successor.Metadata.Uid = "another";

        _queue.Set(successor.Info());

        Assert.True(_queue.TryTake(out var queued));
        Assert.Equal(("another", 1), (queued.Pod.Uid, queued.Attempts));
    }

    [Fact]
    public void Return_RemovedMeanwhile_StaysAway()
    {
        _queue.Set(A.Pod().Info());
        Assert.True(_queue.TryTake(out var queued));
        _queue.Remove(queued.Pod.Key);

        _queue.Return(queued, ByNobody);

        Assert.All(Enum.GetValues<Pool>(), pool => Assert.Equal(0, _queue.Count(pool)));
    }

    [Fact]
    public async Task Take_EmptyQueue_WaitsForAPod()
    {
        var taking = _queue.TakeAsync(CancellationToken.None);
        Assert.False(taking.IsCompleted);

        _queue.Set(A.Pod().Info());

        Assert.Equal("web", (await taking.OrMissing("the pod")).Pod.Key.Name);
    }

    private static PodInfo Gated(params string[] gates) => A.Pod().With(spec =>
        spec.SchedulingGates.Add(gates.Select(gate => new PodSchedulingGate { Name = gate }))).Info();

    private string? Take() => _queue.TryTake(out var queued) ? queued.Pod.Key.Name : null;

    private void Fail(IReadOnlySet<string> rejectedBy)
    {
        Assert.True(_queue.TryTake(out var queued));
        _queue.Return(queued, rejectedBy);
    }
}
