using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class InterPodAffinityFilterTests
{
    private const string NotNear = "X: node(s) didn't match pod affinity rules";
    private const string Repelled = "U: node(s) didn't match pod anti-affinity rules";
    private const string RepelledByPlaced = "U: node(s) didn't satisfy existing pods anti-affinity rules";

    [Fact]
    public void PreFilter_NobodyHasRules_Skips() =>
        Assert.True(new InterPodAffinity(new FakeObjects()).PreFilter(new CycleState(), A.Pod().Info(), Zones(A.Pod("db").Label("app", "db"))).Skip);

    [Fact]
    public void PreFilter_RulesOfPlacedPodsDoNotSpeakOfThePod_Skips() => Assert.True(new InterPodAffinity(new FakeObjects()).PreFilter(
        new CycleState(), A.Pod().Label("app", "web").Info(), Zones(A.Pod("db").NotNear(Rules.Term("app=db")))).Skip);

    [Fact]
    public void Filter_Affinity_HoldsInTheWholeDomain() =>
        Check(A.Pod().Near(Rules.Term("app=db", Rules.Zone)), Zones(A.Pod("db").Label("app", "db")), "", "", NotNear, NotNear);

    [Fact]
    public void Filter_AffinityOverHosts_HoldsOnTheHostAlone() =>
        Check(A.Pod().Near(Rules.Term("app=db")), Zones(A.Pod("db").Label("app", "db")), "", NotNear, NotNear, NotNear);

    [Fact]
    public void Filter_TwoAffinityTerms_OnePodMustMatchBoth()
    {
        var pod = A.Pod().Near(Rules.Term("app=db", Rules.Zone), Rules.Term("tier=back", Rules.Zone));

        Check(pod, Zones(A.Pod("a").Label("app", "db"), A.Pod("b").Label("tier", "back")), NotNear, NotNear, NotNear, NotNear);
        Check(pod, Zones(A.Pod("a").Label("app", "db").Label("tier", "back")), "", "", NotNear, NotNear);
    }

    [Fact]
    public void Filter_TwoAffinityTermsOverDifferentKeys_BothDomainsMustHaveOne() =>
        Check(A.Pod().Near(Rules.Term("app=db", Rules.Zone), Rules.Term("app=db")), Zones(A.Pod("db").Label("app", "db")), "", NotNear, NotNear, NotNear);

    [Fact]
    public void Filter_FirstOfItsKind_FitsWhereverTheKeysAre() =>
        Check(A.Pod().Label("app", "db").Near(Rules.Term("app=db", Rules.Zone)), Zones(A.Pod("other")), "", "", "", NotNear);

    [Fact]
    public void Filter_SecondOfItsKind_HasToJoinTheFirst() => Check(
        A.Pod().Label("app", "db").Near(Rules.Term("app=db", Rules.Zone)), Zones(A.Pod("other").Label("app", "db")), "", "", NotNear, NotNear);

    [Fact]
    public void Filter_FirstOfItsKindButOneTermIsNotItsOwn_FitsNowhere() => Check(
        A.Pod().Label("app", "db").Near(Rules.Term("app=db", Rules.Zone), Rules.Term("tier=back", Rules.Zone)), Zones(), NotNear, NotNear, NotNear, NotNear);

    // The pod that matches stands on a node without the key: no domain has it, so the pod counts as the first.
    [Fact]
    public void Filter_OnlyMatchStandsOutsideEveryDomain_PodIsTheFirst()
    {
        var snapshot = new Snapshot([Rules.HostIn("n1", "a").Info(), Rules.HostIn("n2").Info(A.Pod("other").Label("app", "db"))]);

        Check(A.Pod().Label("app", "db").Near(Rules.Term("app=db", Rules.Zone)), snapshot, "", NotNear);
    }

    [Fact]
    public void Filter_AntiAffinity_RejectsTheWholeDomainAndPassesNodesWithoutTheKey() =>
        Check(A.Pod().NotNear(Rules.Term("app=db", Rules.Zone)), Zones(A.Pod("db").Label("app", "db")), Repelled, Repelled, "", "");

    [Fact]
    public void Filter_TwoAntiAffinityTerms_EitherRejects() => Check(
        A.Pod().NotNear(Rules.Term("app=db"), Rules.Term("tier=back", Rules.Zone)), Zones(A.Pod("db").Label("tier", "back")), Repelled, Repelled, "", "");

    [Fact]
    public void Filter_PlacedPodsAntiAffinity_KeepsOutPodsWithoutRules() => Check(
        A.Pod().Label("app", "web"), Zones(A.Pod("db").NotNear(Rules.Term("app=web", Rules.Zone))), RepelledByPlaced, RepelledByPlaced, "", "");

    [Fact]
    public void Filter_TerminatingPods_StillCount()
    {
        Check(A.Pod().NotNear(Rules.Term("app=db")), Zones(A.Pod("db").Label("app", "db").Deleted()), Repelled, "", "", "");
        Check(A.Pod().Label("app", "web"), Zones(A.Pod("db").NotNear(Rules.Term("app=web")).Deleted()), RepelledByPlaced, "", "", "");
    }

    [Fact]
    public void Filter_SeveralRulesBroken_FirstInOrderSpeaks()
    {
        var placed = A.Pod("db").Label("app", "db").NotNear(Rules.Term("app=web"));

        Check(A.Pod().Label("app", "web").Near(Rules.Term("app=none")).NotNear(Rules.Term("app=db")), Zones(placed), NotNear, NotNear, NotNear, NotNear);
        Check(A.Pod().Label("app", "web").NotNear(Rules.Term("app=db")), Zones(placed), Repelled, "", "", "");
        Check(A.Pod().Label("app", "web"), Zones(placed), RepelledByPlaced, "", "", "");
    }

    [Theory]
    [InlineData(null, false)]     // matches nothing
    [InlineData("", true)]     // matches everything
    [InlineData("app=db", true)]
    [InlineData("app!=db", false)]
    [InlineData("app in (db,cache)", true)]
    [InlineData("app notin (db)", false)]
    [InlineData("tier notin (back)", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!tier,app=db", true)]
    public void Filter_LabelSelector_SaysWhichPods(string? selector, bool matches) =>
        Check(A.Pod().NotNear(Rules.Term(selector)), Zones(A.Pod("db").Label("app", "db")), matches ? Repelled : "", "", "", "");

    [Theory]
    [InlineData("default", null, "", true)]     // neither: the pod's own
    [InlineData("prod", null, "", false)]
    [InlineData("prod", null, "prod", true)]
    [InlineData("prod", null, "test,prod", true)]
    [InlineData("default", null, "prod", false)]     // the own is not among those named
    [InlineData("prod", "env=prod", "", true)]
    [InlineData("default", "env=prod", "", false)]
    [InlineData("default", "env=prod", "default", true)]     // both together
    [InlineData("test", "", "", true)]     // empty: every namespace
    [InlineData("nowhere", "", "", true)]     // also one that is not known
    [InlineData("nowhere", "!env", "", false)]     // that has no labels to go by
    public void Filter_NamespacesOfTheOwnTerm_SayWhosePods(string ns, string? selector, string names, bool matches)
    {
        var term = Rules.Term("app=db", Rules.Host, selector, names.Split(',', StringSplitOptions.RemoveEmptyEntries));

        Check(A.Pod().NotNear(term), Zones(A.Pod("db").In(ns).Label("app", "db")), matches ? Repelled : "", "", "", "");
    }

    [Theory]
    [InlineData("default", null, "", false)]
    [InlineData("prod", null, "", true)]     // the placed pod's own
    [InlineData("default", null, "default", true)]
    [InlineData("prod", "env=prod", "", true)]
    [InlineData("default", "env=prod", "", false)]
    [InlineData("default", "", "", true)]
    [InlineData("nowhere", "!env", "", true)]     // not known: no labels
    public void Filter_NamespacesOfAPlacedPodsTerm_AreTakenFromThatPod(string ns, string? selector, string names, bool matches)
    {
        var term = Rules.Term("app=web", Rules.Host, selector, names.Split(',', StringSplitOptions.RemoveEmptyEntries));

        Check(A.Pod().In(ns).Label("app", "web"), Zones(A.Pod("db").In("prod").NotNear(term)), matches ? RepelledByPlaced : "", "", "", "");
    }

    // The server has put them into the selector when the pod was made; the pod's labels may have changed since.
    [Fact]
    public void Filter_LabelKeysOfATerm_SayNothingBesideItsSelector()
    {
        var term = Rules.Term("app=db,version in (1)");
        term.MatchLabelKeys.Add("version");
        term.MismatchLabelKeys.Add("app");

        Check(A.Pod().Label("version", "2").Label("app", "db").NotNear(term), Zones(A.Pod("db").Label("app", "db").Label("version", "1")), Repelled, "", "", "");
    }

    // n1 and n2 in zone a, n3 in b, n4 in none; the pods are on n1.
    private static Snapshot Zones(params Pod[] pods) =>
        new([Rules.HostIn("n1", "a").Info(pods), Rules.HostIn("n2", "a").Info(), Rules.HostIn("n3", "b").Info(), Rules.HostIn("n4").Info()]);

    private static void Check(Pod pod, Snapshot snapshot, params string[] verdicts)
    {
        IApiObject[] namespaces = [Rules.Namespace("default"), Rules.Namespace("prod", ("env", "prod")), Rules.Namespace("test", ("env", "test"))];

        Assert.Equal(verdicts, Ask.Filter(new InterPodAffinity(new FakeObjects(namespaces)), pod.Info(), snapshot));
    }
}
