using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Framework;

public sealed class SnapshotColumnTests
{
    private readonly List<string> _asked = [];

    [Fact]
    public void Column_AskedAgain_WorksOutOnlyNodesThatChanged()
    {
        var snapshot = Snapshot(3);
        Assert.Equal([0, 0, 0], Pods(snapshot, "pods"));
        Assert.Equal(["n0", "n1", "n2"], TakeAsked());

        snapshot.Replace(Node(1, pods: 2));
        snapshot.Replace(Node(1, pods: 3));

        Assert.Equal([0, 3, 0], Pods(snapshot, "pods"));
        Assert.Equal(["n1"], TakeAsked().Distinct());
        Assert.Equal([0, 3, 0], Pods(snapshot, "pods"));
        Assert.Empty(TakeAsked());
    }

    [Fact]
    public void Column_OtherKey_IsAnother()
    {
        var snapshot = Snapshot(2);
        Pods(snapshot, "a");
        snapshot.Replace(Node(0, pods: 1));
        TakeAsked();

        Assert.Equal([1, 0], Pods(snapshot, "b"));
        Assert.Equal(["n0", "n1"], TakeAsked());
        Assert.Equal([1, 0], Pods(snapshot, "a"));
        Assert.Equal(["n0"], TakeAsked());
    }

    [Fact]
    public void Column_OtherNodes_StartsAnew()
    {
        var snapshot = Snapshot(2);
        Pods(snapshot, "pods");

        snapshot.Reset([Node(2, pods: 5), Node(1, pods: 0), Node(0, pods: 7)]);

        Assert.Equal([5, 0, 7], Pods(snapshot, "pods"));
    }

    // More changes than nodes while nobody asked: the list of them is cut, and whoever missed some works out all.
    [Fact]
    public void Column_FarBehind_StartsAnew()
    {
        var snapshot = Snapshot(3);
        Pods(snapshot, "pods");
        for (var i = 0; i < 20; i++) snapshot.Replace(Node(i % 3, pods: i));
        TakeAsked();

        Assert.Equal([18, 19, 17], Pods(snapshot, "pods"));
        Assert.True(TakeAsked().Count <= 4);
    }

    [Fact]
    public void Column_MoreThanAreKept_LeastUsedIsForgotten()
    {
        var snapshot = Snapshot(1);
        for (var i = 0; i < 64; i++) Pods(snapshot, $"{i}");
        Pods(snapshot, "0");
        Pods(snapshot, "one more");
        TakeAsked();

        Pods(snapshot, "0");
        Assert.Empty(TakeAsked());
        Pods(snapshot, "1");
        Assert.Equal(["n0"], TakeAsked());
    }

    [Fact]
    public void DomainsBy_LabelChanges_FollowsIt()
    {
        var snapshot = new Snapshot([Rules.HostIn("n0", "a").Info(), Rules.HostIn("n1", "b").Info(), Rules.HostIn("n2", "a").Info(), Rules.HostIn("n3").Info()]);
        var (topology, domains) = snapshot.DomainsBy(new(Rules.Zone));
        Assert.Equal([0, 1, 0, Topology.None], domains);

        snapshot.Replace(Rules.HostIn("n2", "c").Info());

        Assert.Equal([0, 1, 2, Topology.None], snapshot.DomainsBy(new(Rules.Zone)).Domains);
        Assert.Equal(2, topology.Find(Rules.HostIn("x", "c").Info().Labels));
        Assert.Equal(Topology.None, topology.Find(Rules.HostIn("x", "elsewhere").Info().Labels));
    }

    [Fact]
    public void HasPodAffinity_PodsComeAndLeave_IsWhetherThereIsOne()
    {
        var snapshot = new Snapshot([Rules.HostIn("n0").Info(), Rules.HostIn("n1").Info(A.Pod().Prefers(1, Rules.Term("a")))]);
        Assert.Equal((true, false), (snapshot.HasPodAffinity, snapshot.HasRequiredAntiAffinity));

        snapshot.Replace(Rules.HostIn("n0").Info(A.Pod().NotNear(Rules.Term("a"))));
        Assert.Equal((true, true), (snapshot.HasPodAffinity, snapshot.HasRequiredAntiAffinity));

        snapshot.Replace(Rules.HostIn("n0").Info());
        snapshot.Replace(Rules.HostIn("n1").Info());
        Assert.Equal((false, false), (snapshot.HasPodAffinity, snapshot.HasRequiredAntiAffinity));
    }

    private static NodeInfo Node(int i, int pods) => A.Node($"n{i}").Info([.. Enumerable.Range(0, pods).Select(pod => A.Pod($"p{pod}"))]);

    private static Snapshot Snapshot(int nodes) => new(Enumerable.Range(0, nodes).Select(i => Node(i, 0)));

    private int[] Pods(Snapshot snapshot, string key) => [.. snapshot.Column(key, node =>
    {
        _asked.Add(node.Name);
        return node.Pods.Length;
    })];

    private List<string> TakeAsked()
    {
        List<string> asked = [.. _asked];
        _asked.Clear();
        return asked;
    }
}
