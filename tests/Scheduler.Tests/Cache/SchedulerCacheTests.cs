using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Cache;

public sealed class SchedulerCacheTests
{
    private readonly SchedulerCache _cache = new();
    private readonly Snapshot _snapshot = new([]);

    [Fact]
    public void Assume_Pod_TakesItsRequestsAtOnce()
    {
        _cache.SetNode(A.Node("n1"));

        _cache.Assume(A.Pod().Cpu("500m").Info(), "n1");

        Assert.Equal([("n1", 500L)], Used());
    }

    [Fact]
    public void Forget_AssumedPod_GivesItBack()
    {
        _cache.SetNode(A.Node("n1"));
        _cache.Assume(A.Pod().Cpu("500m").Info(), "n1");

        _cache.Forget(A.Pod().Info());

        Assert.Equal([("n1", 0L)], Used());
        Assert.False(_cache.HasPod("uid-web"));
    }

    [Fact]
    public void Forget_PodHeardOfMeanwhile_KeepsIt()
    {
        _cache.SetNode(A.Node("n1"));
        _cache.Assume(A.Pod().Cpu("500m").Info(), "n1");
        _cache.SetPod(A.Pod().Cpu("500m").OnNode("n1").Info());

        _cache.Forget(A.Pod().Info());

        Assert.Equal([("n1", 500L)], Used());
    }

    [Fact]
    public void SetPod_ConfirmedOnAnotherNode_Moves()
    {
        _cache.SetNode(A.Node("n1"));
        _cache.SetNode(A.Node("n2"));
        _cache.Assume(A.Pod().Cpu("500m").Info(), "n1");

        _cache.SetPod(A.Pod().Cpu("500m").OnNode("n2").Info());

        Assert.Equal([("n1", 0L), ("n2", 500L)], Used());
    }

    [Fact]
    public void SetNode_PodsCameBeforeIt_CountsThem()
    {
        _cache.SetPod(A.Pod().Cpu("500m").OnNode("n1").Info());
        Assert.Empty(Used());

        _cache.SetNode(A.Node("n1"));

        Assert.Equal([("n1", 500L)], Used());
    }

    [Fact]
    public void RemovePod_KnownAndUnknown_SaysWhetherItHadANode()
    {
        _cache.SetNode(A.Node("n1"));
        _cache.SetPod(A.Pod().Cpu("500m").OnNode("n1").Info());

        Assert.True(_cache.RemovePod("uid-web"));
        Assert.False(_cache.RemovePod("uid-web"));
        Assert.Equal([("n1", 0L)], Used());
    }

    [Fact]
    public void Refresh_LaterChanges_DoNotShowBefore()
    {
        _cache.SetNode(A.Node("n1"));
        var before = new Snapshot([]);
        _cache.Refresh(before);

        _cache.Assume(A.Pod().Cpu("500m").Info(), "n1");
        _cache.RemoveNode("n1");

        Assert.Equal(0, Assert.Single(before.Nodes).Requested.MilliCpu);
        Assert.Empty(Used());
    }

    [Fact]
    public void Refresh_NodesOfTwoZones_StandInTurns()
    {
        foreach (var (name, zone) in new[] { ("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("b2", "b") })
            _cache.SetNode(A.Node(name).Label("topology.kubernetes.io/zone", zone));
        Assert.Equal(["a1", "b1", "a2", "b2", "a3"], Used().Select(node => node.Name));

        _cache.SetNode(A.Node("a2").Label("topology.kubernetes.io/zone", "b"));

        Assert.Equal(["a1", "b1", "a3", "b2", "a2"], Used().Select(node => node.Name));
    }

    private IReadOnlyList<(string Name, long MilliCpu)> Used()
    {
        _cache.Refresh(_snapshot);
        return [.. _snapshot.Nodes.Select(node => (node.Name, node.Requested.MilliCpu))];
    }
}
