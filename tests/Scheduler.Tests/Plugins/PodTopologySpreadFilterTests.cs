using MiniK8s.Protocol;
using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class PodTopologySpreadFilterTests
{
    private const string Skew = "U: node(s) didn't match pod topology spread constraints";
    private const string NoKey = "X: node(s) didn't match pod topology spread constraints (missing required label)";

    [Fact]
    public void PreFilter_NoHardConstraint_Skips()
    {
        var plugin = new PodTopologySpread(new FakeObjects());

        Assert.True(plugin.PreFilter(new CycleState(), A.Pod().Info(), Cluster()).Skip);
        Assert.True(plugin.PreFilter(new CycleState(), Web().Spread(Rules.Over(Rules.Zone, hard: false)).Info(), Cluster()).Skip);
    }

    // Zone a has 2, b has 1, c has 0; n5 is in no zone.
    [Theory]
    [InlineData(1, Skew, Skew, "")]
    [InlineData(2, Skew, "", "")]
    [InlineData(3, "", "", "")]
    public void Filter_Skew_IsCountWithThePodLessTheEmptiest(int maxSkew, string a, string b, string c) =>
        Check(Web().Spread(Rules.Over(Rules.Zone, maxSkew: maxSkew)), Cluster(), a, a, b, c, NoKey);

    [Fact]
    public void Filter_PodDoesNotMatchItsOwnConstraint_IsNotCountedItself() =>
        Check(A.Pod().Spread(Rules.Over(Rules.Zone)), Cluster(), Skew, Skew, "", "", NoKey);

    [Fact]
    public void Filter_OverHosts_CountsEachHost() =>
        Check(Web().Spread(Rules.Over(Rules.Host)), Cluster(), Skew, "", Skew, "", Skew);

    [Fact]
    public void Filter_TwoConstraints_BothMustHold() =>
        Check(Web().Spread(Rules.Over(Rules.Zone, maxSkew: 2), Rules.Over(Rules.Host)), Cluster(), Skew, Skew, Skew, "", NoKey);

    // The host constraint is looked at first, and its skew is broken by the pods of n5.
    [Fact]
    public void Filter_SkewBrokenBeforeAKeyIsMissed_SkewSpeaks() => Check(
        Web().Spread(Rules.Over(Rules.Host), Rules.Over(Rules.Zone, maxSkew: 9)),
        new Snapshot([Rules.HostIn("n1", "a").Info(), Rules.HostIn("n5").Info()]), "", NoKey);

    // n5 lacks the zone: its pods are in no count, not even in that of hosts.
    [Fact]
    public void Filter_NodesWithoutAllKeys_AreInNoCount() =>
        Check(Web().Spread(Rules.Over(Rules.Host, maxSkew: 2), Rules.Over(Rules.Zone, maxSkew: 9)), Cluster(), Skew, "", "", "", NoKey);

    [Theory]
    [InlineData(null, "", "", "")]
    [InlineData(1, "", "", "")]
    [InlineData(3, "", "", "")]     // there are three
    [InlineData(4, Skew, Skew, "")]     // one is missing, which is the emptiest
    public void Filter_MinDomains_MissingDomainsAreEmpty(int? minDomains, string a, string b, string c)
    {
        var constraint = Rules.Over(Rules.Zone);
        if (minDomains is { } min) constraint.MinDomains = min;
        var snapshot = new Snapshot(
        [
            Rules.HostIn("n1", "a").Info(Web("a1")), Rules.HostIn("n2", "b").Info(Web("b1")), Rules.HostIn("n3", "c").Info(minDomains == 4 ? [] : [Web("c1")]),
        ]);

        Check(Web().Spread(constraint), snapshot, a, b, c);
    }

    [Fact]
    public void Filter_NoDomainCounts_EmptiestIs0()
    {
        // The pod may go nowhere by its nodeSelector, so nothing is counted: the node still is judged by itself.
        var pod = Web().With(spec => spec.NodeSelector["disk"] = "none").Spread(Rules.Over(Rules.Zone));

        Check(pod, Cluster(), "", "", "", "", NoKey);
    }

    // Zones: a has 2 pods, b has 0 but only nodes the pod cannot be on. With the node left out the emptiest is a itself.
    [Theory]
    [InlineData(null, null, "")]
    [InlineData("Honor", null, "")]
    [InlineData("Ignore", null, Skew)]
    [InlineData("Ignore", "Honor", Skew)]
    public void Filter_NodeAffinityPolicy_LeavesOutNodesThePodDoesNotChoose(string? affinityPolicy, string? taintsPolicy, string a)
    {
        var snapshot = new Snapshot([Rules.HostIn("n1", "a").Label("disk", "ssd").Info(Web("a1"), Web("a2")), Rules.HostIn("n2", "b").Info()]);

        Check(Web().With(spec => spec.NodeSelector["disk"] = "ssd").Spread(Policies(affinityPolicy, taintsPolicy)), snapshot, a, "");
        Check(Web().With(spec => spec.Affinity = RequiredDisk("ssd")).Spread(Policies(affinityPolicy, taintsPolicy)), snapshot, a, "");
    }

    [Theory]
    [InlineData(null, null, "NoSchedule", Skew)]
    [InlineData(null, "Ignore", "NoSchedule", Skew)]
    [InlineData(null, "Honor", "NoSchedule", "")]
    [InlineData(null, "Honor", "NoExecute", "")]
    [InlineData(null, "Honor", "PreferNoSchedule", Skew)]     // keeps nobody away
    [InlineData("Ignore", "Honor", "NoSchedule", "")]
    public void Filter_NodeTaintsPolicy_LeavesOutNodesThePodDoesNotTolerate(string? affinityPolicy, string? taintsPolicy, string effect, string a)
    {
        var snapshot = new Snapshot([Rules.HostIn("n1", "a").Info(Web("a1"), Web("a2")), Rules.HostIn("n2", "b").Taint("gpu", "", effect).Info()]);

        Check(Web().Spread(Policies(affinityPolicy, taintsPolicy)), snapshot, a, "");
        Check(Web().Tolerates("gpu", "Exists").Spread(Policies(affinityPolicy, taintsPolicy)), snapshot, Skew, "");
    }

    [Fact]
    public void Filter_PodsOfOtherNamespacesOrTerminating_AreNotCounted()
    {
        var snapshot = new Snapshot([Rules.HostIn("n1", "a").Info(Web("x").In("prod"), Web("y").Deleted(), A.Pod("z")), Rules.HostIn("n2", "b").Info()]);

        Check(Web().Spread(Rules.Over(Rules.Zone)), snapshot, "", "");
    }

    [Theory]
    [InlineData(null, "", "")]     // nothing is counted
    [InlineData("", Skew, Skew)]     // everything is, the pod too: 3 in a, 1 in b, 0 in c
    [InlineData("app in (web,db)", Skew, "")]     // all but the pod
    [InlineData("app notin (web)", Skew, "")]     // one in a, and the pod
    public void Filter_LabelSelector_SaysWhatIsCounted(string? selector, string a, string b)
    {
        var snapshot = new Snapshot(
        [
            Rules.HostIn("n1", "a").Info(Web("a1"), A.Pod("a2").Label("app", "db"), Web("a3")), Rules.HostIn("n2", "b").Info(Web("b1")), Rules.HostIn("n3", "c").Info(),
        ]);

        Check(Web().Label("app", "other").Spread(Rules.Over(Rules.Zone, selector)), snapshot, a, b, "");
    }

    [Fact]
    public void Filter_MatchLabelKeys_CountOnlyPodsWithThePodsOwnValues()
    {
        var constraint = Rules.Over(Rules.Zone);
        constraint.MatchLabelKeys.Add(["version", "absent"]);
        var snapshot = new Snapshot([Rules.HostIn("n1", "a").Info(Web("old").Label("version", "1")), Rules.HostIn("n2", "b").Info()]);

        Check(Web().Label("version", "1").Spread(constraint), snapshot, Skew, "");
        Check(Web().Label("version", "2").Spread(constraint), snapshot, "", "");
        Check(Web().Spread(constraint), snapshot, Skew, "");     // without the label the key says nothing
    }

    [Fact]
    public void PreFilter_ListedDefaults_HoldForPodsWithoutConstraints()
    {
        IApiObject[] objects = [Service("web", ("app", "web"))];
        PodTopologySpreadArgs args = new([new() { TopologyKey = Rules.Zone, MaxSkew = 1, WhenUnsatisfiable = "DoNotSchedule" }], PodTopologySpreadArgs.ListedDefaults);
        var plugin = new PodTopologySpread(new FakeObjects(objects), args);

        Assert.Equal([Skew, Skew, Skew, "", NoKey], Ask.Filter(plugin, Web().Info(), Cluster()));
        Assert.True(plugin.PreFilter(new CycleState(), A.Pod().Label("app", "alone").Info(), Cluster()).Skip);     // belongs to nobody
        Assert.True(plugin.PreFilter(new CycleState(), Web().Spread(Rules.Over(Rules.Host, hard: false)).Info(), Cluster()).Skip);     // has its own, though soft
    }

    [Fact]
    public void PreFilter_SystemDefaults_RejectNobody() => Assert.True(
        new PodTopologySpread(new FakeObjects(Service("web", ("app", "web")))).PreFilter(new CycleState(), Web().Info(), Cluster()).Skip);

    internal static Service Service(string name, params (string Key, string Value)[] selector)
    {
        var service = new Service { Metadata = new ObjectMeta { Namespace = "default", Name = name }, Spec = new ServiceSpec() };
        foreach (var (key, value) in selector) service.Spec.Selector[key] = value;
        return service;
    }

    internal static ReplicaSet ReplicaSet(string name, string selector) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name }, Spec = new ReplicaSetSpec { Selector = Rules.Selector(selector) },
    };

    internal static Pod Web(string name = "web") => A.Pod(name).Label("app", "web");

    private static Snapshot Cluster() => new(
    [
        Rules.HostIn("n1", "a").Info(Web("a1"), Web("a2")), Rules.HostIn("n2", "a").Info(), Rules.HostIn("n3", "b").Info(Web("b1")),
        Rules.HostIn("n4", "c").Info(), Rules.HostIn("n5").Info(Web("x1"), Web("x2"), Web("x3")),
    ]);

    private static TopologySpreadConstraint Policies(string? affinity, string? taints)
    {
        var constraint = Rules.Over(Rules.Zone);
        if (affinity is not null) constraint.NodeAffinityPolicy = affinity;
        if (taints is not null) constraint.NodeTaintsPolicy = taints;
        return constraint;
    }

    private static Affinity RequiredDisk(string disk) => new()
    {
        NodeAffinity = new()
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new()
            {
                NodeSelectorTerms = { new NodeSelectorTerm { MatchExpressions = { new NodeSelectorRequirement { Key = "disk", Operator = "In", Values = { disk } } } } },
            },
        },
    };

    private static void Check(Pod pod, Snapshot snapshot, params string[] verdicts) =>
        Assert.Equal(verdicts, Ask.Filter(new PodTopologySpread(new FakeObjects()), pod.Info(), snapshot));
}
