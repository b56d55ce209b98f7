using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Cycles;

// Nodes on which room is being made for other pods.
public sealed class NodeFiltersTests
{
    private readonly NominatedPods _nominated = new();

    [Theory]
    [InlineData(9, true)]       // less important: may have to find another place
    [InlineData(10, false)]
    [InlineData(11, false)]
    public void Decide_RoomIsMadeForAnother_IsLeftToOnesAtLeastAsImportant(int priority, bool isPlaced)
    {
        _nominated.Nominate(A.Pod("other").Cpu("3").Priority(priority).Info(), "n1");

        var decision = Decide(A.Pod().Cpu("2").Priority(10), A.Node("n1", cpu: "4").Info());

        Assert.Equal(isPlaced, decision is Decision.Place);
    }

    [Fact]
    public void Decide_RoomIsMadeElsewhere_IsNoMatter()
    {
        _nominated.Nominate(A.Pod("other").Cpu("3").Priority(10).Info(), "n2");

        Assert.Equal(new Decision.Place("n1"), Decide(A.Pod().Cpu("2"), A.Node("n1", cpu: "4").Info()));
    }

    [Fact]
    public void Decide_RoomIsMadeForThePodItself_DoesNotCountItTwice()
    {
        _nominated.Nominate(A.Pod().Cpu("3").Info(), "n1");

        Assert.Equal(new Decision.Place("n1"), Decide(A.Pod().Cpu("3"), A.Node("n1", cpu: "4").Info()));
    }

    [Fact]
    public void Decide_ShortOnlyBesideTheExpected_SaysWhatIsShortThen()
    {
        _nominated.Nominate(A.Pod("other").Cpu("3").Memory("1Gi").Info(), "n1");

        var decision = Decide(A.Pod().Cpu("2").Memory("8Gi"), A.Node("n1", cpu: "4", memory: "8Gi").Info());

        Assert.StartsWith("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. ", Assert.IsType<Decision.Reject>(decision).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_FitsOnlyBesideTheExpected_IsRejectedAllTheSame()
    {
        var state = new CycleState(_nominated);
        _nominated.Nominate(A.Pod("other").Info(), "n1");
        var profile = A.Profile(A.Entries(new WantsCompany()));

        var decision = new SchedulingCycle(new Random(1)).Decide(profile, state, A.Pod().Info(), new Snapshot([A.Node("n1").Info()]));

        Assert.Equal("0/1 nodes are available: 1 lonely.", Assert.IsType<Decision.Reject>(decision).Message);
    }

    [Fact]
    public void Decide_FitsWhereItIsNominated_LooksAtNoOtherNode()
    {
        _nominated.Nominate(A.Pod().Info(), "busy");

        var decision = Decide(A.Pod().Cpu("1"), A.Node("idle").Info(), A.Node("busy").Info(A.Pod("other").Cpu("2")));

        Assert.Equal(new Decision.Place("busy"), decision);
    }

    [Fact]
    public void Decide_DoesNotFitWhereItIsNominated_TakesAnother()
    {
        _nominated.Nominate(A.Pod().Info(), "busy");

        var decision = Decide(A.Pod().Cpu("3"), A.Node("idle").Info(), A.Node("busy").Info(A.Pod("other").Cpu("2")));

        Assert.Equal(new Decision.Place("idle"), decision);
    }

    [Fact]
    public void Decide_NominatedNodeIsGone_TakesAnother()
    {
        _nominated.Nominate(A.Pod().Info(), "gone");

        Assert.Equal(new Decision.Place("n1"), Decide(A.Pod(), A.Node("n1").Info()));
    }

    private Decision Decide(Pod pod, params NodeInfo[] nodes) =>
        new SchedulingCycle(new Random(1)).Decide(A.DefaultProfile(new FakeApiClient()), new CycleState(_nominated), pod.Info(), new Snapshot(nodes));

    // Counts the pods beside it, in what a pre-filter keeps: the expected ones must be added there, and only for the one look.
    private sealed class WantsCompany : IPreFilterPlugin, IFilterPlugin
    {
        public string Name => "WantsCompany";

        public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
        {
            state.Keep(new Company());
            return PreFilterResult.Go;
        }

        public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) => state.Kept<Company>().Count++;

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) =>
            state.Kept<Company>().Count > 0 ? Status.Success : Status.Unschedulable("lonely");

        private sealed class Company : ICycleData
        {
            public int Count { get; set; }

            public ICycleData Clone() => new Company { Count = Count };
        }
    }
}
