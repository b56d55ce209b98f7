using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests;

// What the watches say, and where it goes; a plugin that has rejected a pod hears whatever the queue is told.
public sealed class ClusterFeedTests
{
    private readonly SchedulerCache _cache = new();
    private readonly NominatedPods _nominated = new();
    private readonly Ear _ear = new();
    private readonly SchedulingQueue _queue;
    private readonly ClusterFeed _feed;

    public ClusterFeedTests()
    {
        var profiles = new Profiles([A.Profile(A.Entries(_ear))]);
        _queue = new SchedulingQueue(profiles, new SchedulingQueueOptions(), new ManualTimeProvider());
        _feed = new ClusterFeed(_cache, _queue, _nominated, new WaitingPods(TimeProvider.System), profiles);
        _queue.Set(A.Pod("listener").Info());
        Assert.True(_queue.TryTake(out var listener));
        _queue.Return(listener, new HashSet<string> { _ear.Name });
    }

    [Theory]
    [InlineData("Pending", "", "default-scheduler", "queue")]
    [InlineData("Pending", "", "another", "")]
    [InlineData("Pending", "n1", "default-scheduler", "cache")]
    [InlineData("Running", "n1", "another", "cache")]
    [InlineData("Succeeded", "n1", "default-scheduler", "")]
    [InlineData("Failed", "n1", "default-scheduler", "")]
    [InlineData("Failed", "", "default-scheduler", "")]
    public void OnAdd_Pod_GoesWhereTheTableSays(string phase, string node, string scheduler, string place)
    {
        var pod = A.Pod().With(spec => (spec.NodeName, spec.SchedulerName) = (node, scheduler));
        pod.Status.Phase = phase;

        _feed.OnAdd(pod);

        Assert.Equal(place, PlaceOf(pod));
        Assert.Equal(place == "cache" ? ["AssignedPodAdded web"] : [], _ear.Heard);
    }

    [Fact]
    public void OnUpdate_PodWithItsNode_LeavesTheQueueAndConfirmsTheAssumption()
    {
        _feed.OnAdd(A.Node());
        var (pod, bound) = (A.Pod().Cpu("1"), A.Pod().Cpu("1").OnNode("n1"));
        _feed.OnAdd(pod);
        _cache.Assume(pod.Info(), "n1");

        _feed.OnUpdate(pod, bound);
        _cache.Forget(pod.Info());

        Assert.Equal("cache", PlaceOf(bound));
        Assert.Equal(1000, RequestedOnTheNode());
        Assert.Equal(["NodeAdded n1", "AssignedPodAdded web"], _ear.Heard);
    }

    /// <summary>A list that is older than our binding, or a status of ours that comes back before it.</summary>
    [Fact]
    public void OnAdd_AssumedPodStillWithoutANode_IsNotTriedAgain()
    {
        _cache.Assume(A.Pod().Info(), "n1");

        _feed.OnAdd(A.Pod());
        _feed.OnUpdate(A.Pod(), A.Pod().Label("changed", "meanwhile"));

        Assert.Equal("cache", PlaceOf(A.Pod()));
    }

    [Fact]
    public void OnUpdate_Namesake_TakesThePlaceOfWhatIsGone()
    {
        var (old, successor) = (A.Pod().OnNode("n1"), A.Pod());
        successor.Metadata.Uid = "another";
        _feed.OnAdd(old);

        _feed.OnUpdate(old, successor);

        Assert.False(_cache.HasPod(old.Metadata.Uid));
        Assert.Equal("another", _queue.Find(ObjectKey.Of(successor))?.Pod.Uid);
        Assert.Equal(["AssignedPodAdded web", "AssignedPodDeleted web"], _ear.Heard);
    }

    [Fact]
    public void OnUpdate_PodHasEnded_GivesItsRoom()
    {
        _feed.OnAdd(A.Node());
        var (running, ended) = (A.Pod().Cpu("1").OnNode("n1"), A.Pod().Cpu("1").OnNode("n1"));
        ended.Status.Phase = "Succeeded";
        _feed.OnAdd(running);

        _feed.OnUpdate(running, ended);

        Assert.Equal(("", 0), (PlaceOf(ended), RequestedOnTheNode()));
        Assert.Equal(["NodeAdded n1", "AssignedPodAdded web", "AssignedPodDeleted web"], _ear.Heard);
    }

    [Theory]
    [InlineData("status", false)]
    [InlineData("annotation", false)]
    [InlineData("label", true)]
    [InlineData("deletion", true)]
    [InlineData("requests", true)]
    public void OnUpdate_PodOnANode_TellsWhatSomePluginLooksAt(string what, bool tells)
    {
        var (old, current) = (A.Pod().Cpu("2").OnNode("n1"), A.Pod().Cpu("2").OnNode("n1"));
        switch (what)
        {
            case "status": current.Status.Phase = "Running"; break;
            case "annotation": current.Metadata.Annotations["a"] = "b"; break;
            case "label": current.Label("a", "b"); break;
            case "deletion": current.Deleted(); break;
            case "requests": current.Cpu("1"); break;
        }
        _feed.OnAdd(old);

        _feed.OnUpdate(old, current);

        Assert.Equal(["AssignedPodAdded web", .. tells ? ["AssignedPodUpdated web"] : Array.Empty<string>()], _ear.Heard);
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("n1", "", "AssignedPodDeleted web")]
    [InlineData("", "n1", "AssignedPodDeleted web")]
    public void OnDelete_Pod_TellsWhereItLeavesRoom(string node, string nominated, string heard)
    {
        var pod = A.Pod().OnNode(node).Nominated(nominated);
        _feed.OnAdd(pod);
        _ear.Forget();

        _feed.OnDelete(pod);

        Assert.Equal("", PlaceOf(pod));
        Assert.True(_nominated.IsEmpty);
        Assert.Equal(heard, string.Join(' ', _ear.Heard));
    }

    [Theory]
    [InlineData("n1", "n2", true)]
    [InlineData("n1", "", true)]
    [InlineData("", "n1", false)]
    [InlineData("n1", "n1", false)]
    public void OnUpdate_NominatedPod_TellsWhenItGivesANodeUp(string before, string now, bool tells)
    {
        var (old, current) = (A.Pod().Nominated(before), A.Pod().Nominated(now));
        _feed.OnAdd(old);

        _feed.OnUpdate(old, current);

        Assert.Equal(now, _nominated.NodeOf(current.Metadata.Uid));
        Assert.Equal(tells ? ["AssignedPodDeleted web"] : [], _ear.Heard);
    }

    [Theory]
    [InlineData("heartbeat", false)]
    [InlineData("images", false)]
    [InlineData("cordon", true)]
    [InlineData("taint", true)]
    [InlineData("label", true)]
    [InlineData("allocatable", true)]
    [InlineData("condition", true)]
    public void OnUpdate_Node_TellsWhatSomePluginLooksAt(string what, bool tells)
    {
        var (old, current) = (ReadyNode("True", 1), ReadyNode("True", 1));
        switch (what)
        {
            case "heartbeat": current = ReadyNode("True", 2); break;
            case "images": current.Status.Images.Add(new ContainerImage { Names = { "nginx" } }); break;
            case "cordon": current.Cordoned(); break;
            case "taint": current.Taint("a", "b", "NoSchedule"); break;
            case "label": current.Label("a", "b"); break;
            case "allocatable": current.Status.Allocatable["cpu"] = "8"; break;
            case "condition": current = ReadyNode("False", 1); break;
        }
        _feed.OnAdd(old);

        _feed.OnUpdate(old, current);

        Assert.Same(current, Assert.Single(Nodes()).Node);
        Assert.Equal(["NodeAdded n1", .. tells ? ["NodeUpdated n1"] : Array.Empty<string>()], _ear.Heard);
    }

    [Fact]
    public void OnDelete_Node_LeavesTheCacheAndTells()
    {
        _feed.OnAdd(A.Node());

        _feed.OnDelete(A.Node());

        Assert.Equal(0, _cache.NodeCount);
        Assert.Equal(["NodeAdded n1", "NodeDeleted n1"], _ear.Heard);
    }

    private static Node ReadyNode(string status, int heardAt)
    {
        var node = A.Node();
        node.Status.Conditions.Add(new NodeCondition { Type = "Ready", Status = status, LastHeartbeatTime = new() { Seconds = heardAt } });
        return node;
    }

    private string PlaceOf(Pod pod) =>
        $"{(_queue.Find(ObjectKey.Of(pod)) is null ? "" : "queue")}{(_cache.HasPod(pod.Metadata.Uid) ? "cache" : "")}";

    private long RequestedOnTheNode() => Assert.Single(Nodes()).Requested.MilliCpu;

    private IReadOnlyList<NodeInfo> Nodes()
    {
        var snapshot = new Snapshot([]);
        _cache.Refresh(snapshot);
        return snapshot.Nodes;
    }

    private sealed class Ear : IFilterPlugin, IQueueingHintPlugin
    {
        private readonly List<string> _heard = [];

        public string Name => "Ear";

        public IReadOnlyList<string> Heard => _heard;

        public void Forget() => _heard.Clear();

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Status.Success;

        public bool MayHelp(PodInfo pod, ClusterEvent change)
        {
            _heard.Add($"{change.GetType().Name} {NameOf(change)}");
            return false;
        }

        private static string NameOf(ClusterEvent change) => change switch
        {
            ClusterEvent.NodeAdded added => added.Node.Metadata.Name,
            ClusterEvent.NodeUpdated updated => updated.Current.Metadata.Name,
            ClusterEvent.NodeDeleted deleted => deleted.Node.Metadata.Name,
            ClusterEvent.AssignedPodAdded added => added.Pod.Key.Name,
            ClusterEvent.AssignedPodUpdated updated => updated.Current.Key.Name,
            ClusterEvent.AssignedPodDeleted deleted => deleted.Pod.Key.Name,
            _ => "",
        };
    }
}
