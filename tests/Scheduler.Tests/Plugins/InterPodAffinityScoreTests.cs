using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class InterPodAffinityScoreTests
{
    [Fact]
    public void Score_OwnPreferences_AddAndTakeTheirWeightsPerPodInTheDomain()
    {
        var pod = A.Pod().Prefers(10, Rules.Term("app=db", Rules.Zone)).Avoids(3, Rules.Term("app=web"));
        var snapshot = new Snapshot(
        [
            Rules.HostIn("n1", "a").Info(A.Pod("db1").Label("app", "db"), A.Pod("web1").Label("app", "web")),
            Rules.HostIn("n2", "a").Info(A.Pod("db2").Label("app", "db"), A.Pod("web2").Label("app", "web"), A.Pod("web3").Label("app", "web")),
            Rules.HostIn("n3", "b").Info(A.Pod("web4").Label("app", "web")),
            Rules.HostIn("n4").Info(),
        ]);

        // Zone a has two dbs: 20; less 3 for each web on the host. Lowest -3, highest 17: 100 * 17/20 = 85.
        Check(pod, snapshot, [17, 14, -3, 0], [100, 85, 0, 15]);
    }

    [Fact]
    public void Score_PlacedPodsPreferences_CountTowardsThePod()
    {
        var snapshot = new Snapshot(
        [
            Rules.HostIn("n1", "a").Info(A.Pod("db").Prefers(5, Rules.Term("app=web", Rules.Zone))),
            Rules.HostIn("n2", "a").Info(A.Pod("cache").Avoids(2, Rules.Term("app=web"))),
            Rules.HostIn("n3", "b").Info(A.Pod("hard").Near(Rules.Term("app=web", Rules.Zone))),
        ]);

        Check(A.Pod().Label("app", "web"), snapshot, [5, 3, 1], [100, 50, 0]);
        Assert.Null(Ask.Score(Plugin(), A.Pod().Label("app", "other").Info(), snapshot));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(100, true)]
    public void Score_HardPodAffinityWeight_IsWhatRequiredAffinityOfPlacedPodsIsWorth(int weight, bool scores)
    {
        var snapshot = new Snapshot([Rules.HostIn("n1").Info(A.Pod("hard").Near(Rules.Term("app=web"))), Rules.HostIn("n2").Info()]);

        var scored = Ask.Score(Plugin(new(HardPodAffinityWeight: weight)), A.Pod().Label("app", "web").Info(), snapshot);

        Assert.Equal(scores ? [weight, 0] : null, scored?.Raw);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]     // a pod with preferences of its own is scored by all of them
    public void PreScore_IgnorePreferredTermsOfExistingPods_LeavesOutPodsWithoutPreferences(bool ignore, bool hasPreference, bool scores)
    {
        var snapshot = new Snapshot([Rules.HostIn("n1").Info(A.Pod("db").Prefers(5, Rules.Term("app=web"))), Rules.HostIn("n2").Info()]);
        var pod = A.Pod().Label("app", "web");
        if (hasPreference) pod.Prefers(1, Rules.Term("app=none"));

        var scored = Ask.Score(Plugin(new(IgnorePreferredTermsOfExistingPods: ignore)), pod.Info(), snapshot);

        Assert.Equal(scores ? [5, 0] : null, scored?.Raw);
    }

    [Fact]
    public void PreScore_OwnTermMatchesNobody_Skips() => Assert.Null(
        Ask.Score(Plugin(), A.Pod().Prefers(5, Rules.Term("app=db")).Info(), new Snapshot([Rules.HostIn("n1").Info(A.Pod("web")), Rules.HostIn("n2").Info()])));

    [Fact]
    public void PreScore_MatchesStandOutsideEveryDomain_Skips() => Assert.Null(Ask.Score(
        Plugin(), A.Pod().Prefers(5, Rules.Term("app=db", Rules.Zone)).Info(), new Snapshot([Rules.HostIn("n1").Info(A.Pod("db").Label("app", "db")), Rules.HostIn("n2", "a").Info()])));

    [Fact]
    public void PreScore_WeightsCancelOut_StillScoresAllZero()
    {
        var snapshot = new Snapshot([Rules.HostIn("n1").Info(A.Pod("db").Label("app", "db")), Rules.HostIn("n2").Info()]);

        Check(A.Pod().Prefers(5, Rules.Term("app=db")).Avoids(5, Rules.Term("app=db")), snapshot, [0, 0], [0, 0]);
    }

    [Fact]
    public void Score_PlacedPodsOfAnotherNamespace_AreNotMeantUnlessNamed()
    {
        var snapshot = new Snapshot([Rules.HostIn("n1").Info(A.Pod("db").In("prod").Label("app", "db")), Rules.HostIn("n2").Info()]);

        Assert.Null(Ask.Score(Plugin(), A.Pod().Prefers(5, Rules.Term("app=db")).Info(), snapshot));
        Check(A.Pod().Prefers(5, Rules.Term("app=db", Rules.Host, null, "prod")), snapshot, [5, 0], [100, 0]);
        Check(A.Pod().Prefers(5, Rules.Term("app=db", Rules.Host, "env=prod")), snapshot, [5, 0], [100, 0]);
    }

    [Theory]
    [InlineData(new long[] { -10, 0, 30 }, new long[] { 0, 25, 100 })]     // the rule book's example
    [InlineData(new long[] { 7, 7 }, new long[] { 0, 0 })]
    [InlineData(new long[] { 5, 6, 7 }, new long[] { 0, 50, 100 })]     // the lowest is 0 also when all are positive
    [InlineData(new long[] { 0, 29, 100 }, new long[] { 0, 28, 100 })]     // 100 * 0.29 is a little less than 29 in doubles
    [InlineData(new long[] { 0, 1, 3 }, new long[] { 0, 33, 100 })]
    public void Normalize_BringsLowestToHighest_To0To100(long[] raw, long[] expected)
    {
        Plugin().Normalize(new CycleState(), A.Pod().Info(), [], raw);

        Assert.Equal(expected, raw);
    }

    private static InterPodAffinity Plugin(InterPodAffinityArgs? args = null) => new(new FakeObjects(Rules.Namespace("prod", ("env", "prod"))), args);

    private static void Check(Pod pod, Snapshot snapshot, long[] raw, long[] normalized)
    {
        var scored = Ask.Score(Plugin(), pod.Info(), snapshot);

        Assert.Equal(raw, scored?.Raw);
        Assert.Equal(normalized, scored?.Normalized);
    }
}
