using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Policy.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;

namespace MiniK8s.Scheduler.Tests.Plugins.Preemption;

// A node of 4 cpu; pods are written name:priority:cpu.
public sealed class DryRunTests
{
    private readonly NominatedPods _nominated = new();

    [Theory]
    [InlineData("a:0:4", "a")]
    [InlineData("a:0:2 b:1:2", "a")]        // the more important stays
    [InlineData("a:1:2 b:1:2", "b")]        // it started later
    [InlineData("a:9:1 b:0:3", "b")]
    [InlineData("a:0:1 b:1:1 c:2:1 d:3:1", "b a")]      // most important first
    [InlineData("a:0:1 b:2:3", "b")]        // the small one comes back where the large one cannot
    [InlineData("a:10:2 b:0:2", "b")]       // equals are never victims
    [InlineData("a:11:1 b:10:1 c:9:2", "c")]
    public void On_PodOfPriority10Wants2Cpu_RemovesAsFewAndAsUnimportantAsItCan(string pods, string victims)
    {
        var (candidate, status) = On(A.Node("n1", cpu: "4").Info(Parse(pods)));

        Assert.True(status.IsSuccess);
        Assert.Equal(("n1", victims, 0), (candidate!.Node, Names(candidate), candidate.Violations));
    }

    [Theory]
    [InlineData("", "No preemption victims found for incoming pod")]
    [InlineData("a:10:4", "No preemption victims found for incoming pod")]
    [InlineData("a:10:3 b:0:1", "Insufficient cpu")]        // even without b
    public void On_NothingToGain_SaysWhy(string pods, string reason)
    {
        var (candidate, status) = On(A.Node("n1", cpu: "4").Info(Parse(pods)));

        Assert.Null(candidate);
        Assert.Equal([reason], status.Reasons);
    }

    [Theory]
    [InlineData(0, "a", 1)]     // both are protected: the more important stays
    [InlineData(1, "b", 0)]     // the budget bears that b goes, and then not a: so a stays
    public void On_Budget_ProtectedPodsComeBackFirst(int allowed, string victims, int violations)
    {
        var budget = DisruptionBudgetsTests.Budget(allowed, "app=web");
        Pod[] pods = [.. Parse("a:0:2 b:1:2").Select(pod => pod.Label("app", "web"))];

        var (candidate, _) = On(A.Node("n1", cpu: "4").Info(pods), budget);

        Assert.Equal((victims, violations), (Names(candidate!), candidate!.Violations));
    }

    [Fact]
    public void On_OnlyOneIsProtected_TheOtherGoesThoughMoreImportant()
    {
        var budget = DisruptionBudgetsTests.Budget(0, "app=web");
        var pods = Parse("a:0:2 b:1:2");
        pods[0].Label("app", "web");

        var (candidate, _) = On(A.Node("n1", cpu: "4").Info(pods), budget);

        Assert.Equal(("b", 0), (Names(candidate!), candidate!.Violations));
    }

    [Fact]
    public void On_RoomIsMadeForAnEqual_MakesRoomForBoth()
    {
        _nominated.Nominate(A.Pod("expected").Cpu("2").Priority(10).Info(), "n1");

        var (candidate, _) = On(A.Node("n1", cpu: "4").Info(Parse("a:0:2 b:1:2")));

        Assert.Equal("b a", Names(candidate!));
    }

    [Fact]
    public void On_RoomIsMadeForALessImportantOne_TakesIt()
    {
        _nominated.Nominate(A.Pod("expected").Cpu("2").Priority(9).Info(), "n1");

        var (candidate, _) = On(A.Node("n1", cpu: "4").Info(Parse("a:0:2 b:1:2")));

        Assert.Equal("a", Names(candidate!));
    }

    [Fact]
    public void On_HostPortIsTaken_RemovesOnlyItsOwner()
    {
        var node = A.Node("n1").Info(A.Pod("a").HostPort(80), A.Pod("b").HostPort(81));

        var (candidate, _) = On(node, A.Pod().HostPort(80).Priority(10));

        Assert.Equal("a", Names(candidate!));
    }

    [Fact]
    public void On_RepelsOneThatIsThere_RemovesIt()
    {
        var node = Rules.HostIn("n1").Info(A.Pod("a").Label("app", "web"), A.Pod("b"));

        var (candidate, _) = On(node, A.Pod().NotNear(Rules.Term("app=web", Rules.Host)).Priority(10));

        Assert.Equal("a", Names(candidate!));
    }

    [Fact]
    public void On_IsRepelledByOneThatIsThere_RemovesIt()
    {
        var node = Rules.HostIn("n1").Info(A.Pod("a").NotNear(Rules.Term("app=db", Rules.Host)), A.Pod("b"));

        var (candidate, _) = On(node, A.Pod().Label("app", "db").Priority(10));

        Assert.Equal("a", Names(candidate!));
    }

    [Fact]
    public void On_TriedAgain_AnswersTheSame()
    {
        var node = A.Node("n1", cpu: "4").Info(Parse("a:0:1 b:1:1 c:2:1 d:3:1"));
        var (pod, state) = Started(A.Pod().Cpu("2").Priority(10), node);

        var first = Run(node, state, pod).Candidate!;
        var second = Run(node, state, pod).Candidate!;

        Assert.Equal(first.Victims, second.Victims);
        Assert.Equal(4, node.Pods.Length);
    }

    private static Pod[] Parse(string pods) =>
        [.. pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((pod, place) => Parse(pod.Split(':'), place))];

    private static Pod Parse(string[] parts, int place) => A.Pod(parts[0]).Priority(int.Parse(parts[1])).Cpu(parts[2]).StartedAt(place);

    private static string Names(Candidate candidate) => string.Join(" ", candidate.Victims.Select(victim => victim.Key.Name));

    private (Candidate? Candidate, Status Status) On(NodeInfo node, params PodDisruptionBudget[] budgets) =>
        On(node, A.Pod().Cpu("2").Priority(10), budgets);

    private (Candidate? Candidate, Status Status) On(NodeInfo node, Pod pod, params PodDisruptionBudget[] budgets)
    {
        var (info, state) = Started(pod, node);
        return Run(node.Expecting(_nominated.On(node.Name)), state, info, budgets);
    }

    private static (Candidate? Candidate, Status Status) Run(NodeInfo node, CycleState state, PodInfo pod, params PodDisruptionBudget[] budgets) =>
        DryRun.On(node, new NodeRows(node.WithoutBelow(pod.Priority)), state, pod, new DisruptionBudgets(budgets));

    // As the cycle has it when it asks what can be done.
    private (PodInfo Pod, CycleState State) Started(Pod pod, NodeInfo node)
    {
        var (info, state, plugins) = (pod.Info(), new CycleState(_nominated), A.DefaultProfile(new FakeApiClient()).Plugins);
        state.Plugins = plugins;
        foreach (var plugin in plugins.PreFilters)
        {
            if (plugin.PreFilter(state, info, new Snapshot([node])).Skip) state.Skip(plugin);
        }
        state.Filters = [.. plugins.Filters.Where(filter => !state.IsSkipped(filter))];
        return (info, state);
    }
}
