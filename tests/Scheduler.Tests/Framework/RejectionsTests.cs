using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Framework;

public sealed class RejectionsTests
{
    private static readonly Status Small = Status.Unschedulable("Insufficient cpu");
    private static readonly Status SmallAndFull = Status.Unschedulable("Too many pods", "Insufficient cpu");
    private static readonly Status Cordoned = Status.Unresolvable("node(s) were unschedulable");

    private readonly Rejections _rejections = new(7);

    [Fact]
    public void Describe_SameReasonsInTurnsAndInARow_CountsEach()
    {
        Add(Small, Small, Cordoned, SmallAndFull, Small, SmallAndFull);

        Assert.Equal("0/7 nodes are available: 1 node(s) were unschedulable, 2 Too many pods, 5 Insufficient cpu.", _rejections.Describe());
    }

    [Fact]
    public void Resolvable_SomeAreNot_AreTheOthersInTheirOrder()
    {
        Add(Small, Cordoned, SmallAndFull);

        Assert.Equal([0, 2], _rejections.Resolvable);
    }

    [Fact]
    public void Clear_AfterRejections_KnowsNothingOfThem()
    {
        Add(Small, Cordoned);
        _rejections.AddWholePod("VolumeBinding", Cordoned);
        var plugins = _rejections.Plugins;

        _rejections.Clear(2);

        Assert.Equal("0/2 nodes are available:", _rejections.Describe());
        Assert.Empty(_rejections.Nodes);
        Assert.Empty(_rejections.Plugins);
        Assert.Empty(_rejections.Resolvable);
        Assert.Equal(["NodeResourcesFit", "VolumeBinding"], plugins.Order());     // who has kept it, as the queue does, keeps it
        Add(Small);
        Assert.Equal(["NodeResourcesFit"], _rejections.Plugins);     // the same plugin as the last before
    }

    private void Add(params Status[] statuses)
    {
        for (var i = 0; i < statuses.Length; i++) _rejections.Add(i, A.Node($"n{i}").Info(), "NodeResourcesFit", statuses[i]);
    }
}
