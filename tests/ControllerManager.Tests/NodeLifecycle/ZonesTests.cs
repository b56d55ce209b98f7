using MiniK8s.ControllerManager.NodeLifecycle;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests.NodeLifecycle;

/// <summary>How fast nodes are given up, by how many of their zone are ready.</summary>
public sealed class ZonesTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly Zones _zones = new(new NodeLifecycleOptions());

    [Theory]
    [InlineData(0, 1, "Normal")]
    [InlineData(1, 0, "Full")]
    [InlineData(5, 0, "Full")]
    [InlineData(2, 1, "Normal")]
    [InlineData(3, 1, "Partial")]
    [InlineData(3, 2, "Partial")]
    [InlineData(3, 3, "Normal")]
    [InlineData(11, 9, "Partial")]
    [InlineData(54, 46, "Normal")]
    [InlineData(55, 45, "Partial")]
    public void StateOf_LostAndReady_IsAsInKubernetes(int lost, int ready, string state) =>
        Assert.Equal(Enum.Parse<ZoneState>(state), _zones.StateOf(Nodes("a", lost, ready)));

    [Theory]
    [InlineData(1, 9, 10)]
    [InlineData(6, 4, null)]        // most of a small zone
    [InlineData(28, 22, null)]
    [InlineData(29, 22, 100)]       // most of a large one
    [InlineData(51, 0, 10)]         // all of it, while the other zone is ready
    public void WaitFor_OneHasJustGone_IsByTheZonesState(int lost, int ready, int? seconds)
    {
        var here = Nodes("a", lost, ready);
        Node[] all = [.. here, .. Nodes("b", 0, 1)];
        _zones.Observe([.. Nodes("a", 0, 9), .. Nodes("b", 0, 1)], Noon);
        Assert.True(_zones.TryTake(here[0], Noon));

        Assert.Equal(Disruption.None, _zones.Observe(all, Noon));

        Assert.False(_zones.TryTake(here[0], Noon));
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, _zones.WaitFor(here[0], Noon));
    }

    [Fact]
    public void TryTake_TwoZones_EachHasItsOwnRate()
    {
        Node[] all = [.. Nodes("a", 1, 3), .. Nodes("b", 1, 3)];
        _zones.Observe(all, Noon);

        Assert.True(_zones.TryTake(all[0], Noon));
        Assert.True(_zones.TryTake(all[4], Noon));
        Assert.False(_zones.TryTake(all[0], Noon.AddSeconds(9)));
        Assert.True(_zones.TryTake(all[0], Noon.AddSeconds(10)));
        Assert.False(_zones.TryTake(all[0], Noon.AddSeconds(10)));
    }

    [Fact]
    public void TryTake_LongQuiet_IsOneAtOnceAllTheSame()
    {
        var all = Nodes("a", 1, 3);
        _zones.Observe(all, Noon);

        Assert.True(_zones.TryTake(all[0], Noon.AddHours(1)));
        Assert.False(_zones.TryTake(all[0], Noon.AddHours(1)));
    }

    [Fact]
    public void Observe_NoNodeIsReadyAnywhere_StopsEveryZone()
    {
        Node[] all = [.. Nodes("a", 1, 0), .. Nodes("b", 1, 0)];

        Assert.Equal(Disruption.Full, _zones.Observe(all, Noon));
        Assert.False(_zones.TryTake(all[0], Noon.AddHours(1)));
        Assert.Null(_zones.WaitFor(all[0], Noon.AddHours(1)));
        Assert.Equal(Disruption.Full, _zones.Observe(all, Noon.AddHours(1)));

        Assert.Equal(Disruption.JustOver, _zones.Observe([all[0], .. Nodes("b", 0, 1)], Noon.AddHours(2)));
        Assert.Equal(TimeSpan.FromSeconds(10), _zones.WaitFor(all[0], Noon.AddHours(2)));
        Assert.Equal(Disruption.None, _zones.Observe([all[0], .. Nodes("b", 0, 1)], Noon.AddHours(2)));
    }

    [Fact]
    public void Observe_ExcludedNode_IsNotCounted()
    {
        var all = Nodes("a", 1, 1);
        all[1].Metadata.Labels["node.kubernetes.io/exclude-disruption"] = "";

        Assert.Equal(Disruption.Full, _zones.Observe(all, Noon));
    }

    [Fact]
    public void Observe_NoNodes_IsNoDisruption() => Assert.Equal(Disruption.None, _zones.Observe([], Noon));

    private static Node[] Nodes(string zone, int lost, int ready) =>
        [.. Enumerable.Range(0, lost + ready).Select(number => Node($"{zone}-{number}", zone, isReady: number >= lost))];

    private static Node Node(string name, string zone, bool isReady) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = { ["topology.kubernetes.io/zone"] = zone } },
        Status = new NodeStatus { Conditions = { new NodeCondition { Type = "Ready", Status = isReady ? "True" : "Unknown" } } },
    };
}
