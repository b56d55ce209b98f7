using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResources;

namespace MiniK8s.Scheduler.Tests.Plugins;

// Unless a test says otherwise: a node of 4 cpu and 8 GiB with a pod of 1 cpu and 2 GiB, and a pod of 500 m and 3 GiB to be scheduled.
// In use then: 1500 m of 4000 m, that is 37 %, and 5 of 8 GiB, that is 62 %.
public sealed class NodeResourcesFitTests
{
    private const string Gpu = "example.com/gpu";

    [Theory]
    [InlineData(1, 1, 49)]          // (62 + 37) / 2
    [InlineData(3, 1, 55)]          // (62·3 + 37) / 4
    [InlineData(1, 100, 37)]        // (62 + 3700) / 101
    [InlineData(0, 0, 49)]          // 0 is 1
    public void LeastAllocated_Weights_AverageTheFreeParts(int cpu, int memory, long score) =>
        Assert.Equal(score, Score(Strategy(ScoringStrategy.LeastAllocated, ("cpu", cpu), ("memory", memory))));

    [Theory]
    [InlineData(1, 1, 49)]          // (37 + 62) / 2
    [InlineData(1, 3, 55)]          // (37 + 62·3) / 4
    public void MostAllocated_Weights_AverageTheUsedParts(int cpu, int memory, long score) =>
        Assert.Equal(score, Score(Strategy(ScoringStrategy.MostAllocated, ("cpu", cpu), ("memory", memory))));

    [Theory]
    [InlineData(ScoringStrategy.LeastAllocated, 37)]       // cpu 0, memory (4 - 1)·100/4 = 75
    [InlineData(ScoringStrategy.MostAllocated, 62)]        // cpu 100, memory 25
    public void Score_MoreThanTheNodeHas_CountsAsAllOfIt(string type, long score)
    {
        var node = A.Node(cpu: "1", memory: "4Gi").Info();

        Assert.Equal(score, new NodeResourcesFit(Strategy(type)).Score(new CycleState(), A.Pod().Cpu("1500m").Memory("1Gi").Info(), node));
    }

    [Theory]
    [InlineData("0=0 100=10", 50)]        // 37 and 62: 49.5, away from zero
    [InlineData("0=10 100=0", 51)]        // 63 and 38: 50.5
    [InlineData("40=0 80=10", 55)]        // cpu 0 is left out; memory 100·(62 - 40)/40
    [InlineData("10=2 30=10", 100)]       // level behind the last point
    [InlineData("70=5 90=10", 50)]        // and before the first
    [InlineData("0=10 50=5 100=0", 51)]   // 100 - 50·37/50 = 63; 50 - 50·12/50 = 38
    [InlineData("0=0 100=0", 0)]          // nothing scores
    public void RequestedToCapacityRatio_Shape_IsFollowedInStraightPieces(string shape, long score) => Assert.Equal(score, Score(Ratio(shape)));

    [Fact]
    public void RequestedToCapacityRatio_MoreThanTheNodeHas_IsFullUse() => Assert.Equal(
        100, new NodeResourcesFit(Ratio("0=0 100=10")).Score(new CycleState(), A.Pod().Cpu("1500m").Memory("9Gi").Info(), A.Node(cpu: "1", memory: "4Gi").Info()));

    [Fact]
    public void Score_ExtendedResource_CountsOnlyForPodsThatWantIt()
    {
        var args = Strategy(ScoringStrategy.LeastAllocated, ("cpu", 1), (Gpu, 5));
        var node = Node();
        node.Status.Allocatable[Gpu] = "4";

        // cpu 62; gpu (4 - 1)·100/4 = 75: (62 + 75·5) / 6 = 72.
        Assert.Equal(72, Score(args, Wants(Gpu, "1"), node));
        Assert.Equal(62, Score(args, Pod(), node));
        Assert.Equal(62, Score(args, Wants(Gpu, "1"), Node()));
    }

    [Fact]
    public void Score_EphemeralStorage_CountsAlsoForPodsThatAskForNone()
    {
        var args = Strategy(ScoringStrategy.LeastAllocated, ("ephemeral-storage", 1));
        var node = Node();
        node.Status.Allocatable["ephemeral-storage"] = "10Gi";

        Assert.Equal(80, Score(args, Wants("ephemeral-storage", "2Gi"), node));
        Assert.Equal(100, Score(args, Pod(), node));
    }

    [Fact]
    public void Score_NodeHasNoneOfTheResources_IsZero() =>
        Assert.Equal(0, Score(Strategy(ScoringStrategy.LeastAllocated, ("example.com/none", 1)), Wants("example.com/none", "1"), Node()));

    [Fact]
    public void Score_ExplicitZero_IsNotSupposedToBeMore() => Assert.Equal(
        100, new NodeResourcesFit().Score(new CycleState(), A.Pod().Cpu("0").Memory("0").Info(), A.Node(cpu: "1", memory: "1000Mi").Info()));

    [Theory]
    [InlineData("", "", "Insufficient example.com/gpu")]
    [InlineData(Gpu, "", "")]
    [InlineData("example.com/fpga", "", "Insufficient example.com/gpu")]
    [InlineData("", "example.com", "")]
    [InlineData("", "example.org", "Insufficient example.com/gpu")]
    public void Filter_IgnoredExtendedResource_NeedNotFit(string ignored, string group, string reason)
    {
        var args = new NodeResourcesFitArgs { IgnoredResources = List(ignored), IgnoredResourceGroups = List(group) };

        AssertReasons(reason, new NodeResourcesFit(args).Filter(new CycleState(), Wants(Gpu, "1").Info(), Node().Info()));
    }

    [Theory]
    [InlineData("hugepages-2Mi")]
    [InlineData("kubernetes.io/batch-cpu")]
    public void Filter_IgnoredResourceOfKubernetesOwn_MustFitAllTheSame(string name)
    {
        var args = new NodeResourcesFitArgs { IgnoredResources = [name], IgnoredResourceGroups = ["kubernetes.io"] };

        AssertReasons($"Insufficient {name}", new NodeResourcesFit(args).Filter(new CycleState(), Wants(name, "1").Info(), Node().Info()));
    }

    [Fact]
    public void Filter_EverythingShort_NamesItAll()
    {
        var pod = A.Pod().Cpu("8").Memory("16Gi");
        pod.Requests(pod.Spec.Containers[0], "ephemeral-storage", "1Gi").Requests(pod.Spec.Containers[0], Gpu, "1");

        AssertReasons(
            "Too many pods|Insufficient cpu|Insufficient memory|Insufficient ephemeral-storage|Insufficient example.com/gpu",
            new NodeResourcesFit().Filter(new CycleState(), pod.Info(), A.Node(pods: "0").Info()));
    }

    [Theory]
    [InlineData("2", "0")]
    [InlineData("0", "2Gi")]
    public void Filter_OverfullNode_TakesPodsThatAskForNoneOfIt(string cpu, string memory)
    {
        var node = A.Node(cpu: "1", memory: "1Gi").Info(A.Pod("other").Cpu(cpu).Memory(memory));

        AssertReasons("", new NodeResourcesFit().Filter(new CycleState(), A.Pod().Cpu("0").Memory("0").Info(), node));
    }

    [Fact]
    public void Filter_ExtendedResourceInUse_CountsWhatIsLeft()
    {
        var node = Node();
        node.Status.Allocatable[Gpu] = "3";
        var other = A.Pod("other");
        var info = node.Info(other.Requests(other.Spec.Containers[0], Gpu, "2"));

        AssertReasons("", new NodeResourcesFit().Filter(new CycleState(), Wants(Gpu, "1").Info(), info));
        AssertReasons("Insufficient example.com/gpu", new NodeResourcesFit().Filter(new CycleState(), Wants(Gpu, "2").Info(), info));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("ignored=example.com/gpu group=example.com", "")]
    [InlineData("ignored=-", "args.ignoredResources[0]: Invalid value: \"-\": name part must consist of alphanumeric characters")]
    [InlineData("group=a/b", "args.ignoredResourceGroups[0]: Invalid value: \"a/b\": resource group name can't contain '/'")]
    [InlineData("type=Best", "args.scoringStrategy.type: Unsupported value: \"Best\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\"")]
    [InlineData("weight=101", "args.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]")]
    [InlineData("weight=-1", "args.scoringStrategy.resources[0].weight: Invalid value: -1: resource weight of cpu not in valid range (0, 100]")]
    [InlineData("type=RequestedToCapacityRatio", "args.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio")]
    [InlineData("shape=0:0", "args.scoringStrategy.requestedToCapacityRatio: Forbidden: must be nil when type is not RequestedToCapacityRatio")]
    [InlineData("type=RequestedToCapacityRatio shape=", "args.scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified")]
    [InlineData("type=RequestedToCapacityRatio shape=50:1,50:2", "args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order")]
    [InlineData("type=RequestedToCapacityRatio shape=0:1,101:2", "args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 101: not in valid range [0, 100]")]
    [InlineData("type=RequestedToCapacityRatio shape=0:11", "args.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]")]
    public void Check_Arguments_AreRefusedInKubernetesWords(string arguments, string fault)
    {
        var errors = new FieldErrorList();

        Parse(arguments).Check(FieldPath.Of("args"), errors);

        if (fault.Length == 0) Assert.Empty(errors);
        else Assert.StartsWith(fault, errors[0].ToString(), StringComparison.Ordinal);
    }

    private static Node Node() => A.Node();

    private static Pod Pod() => A.Pod().Cpu("500m").Memory("3Gi");

    private static Pod Wants(string resource, string amount)
    {
        var pod = Pod();
        return pod.Requests(pod.Spec.Containers[0], resource, amount);
    }

    private static long Score(NodeResourcesFitArgs args) => Score(args, Pod(), Node());

    private static long Score(NodeResourcesFitArgs args, Pod pod, Node node) =>
        new NodeResourcesFit(args).Score(new CycleState(), pod.Info(), node.Info(A.Pod("other").Cpu("1").Memory("2Gi")));

    private static NodeResourcesFitArgs Strategy(string type, params (string Name, int Weight)[] resources) => new()
    {
        ScoringStrategy = new ScoringStrategy { Type = type, Resources = [.. resources.Select(resource => new ResourceSpec { Name = resource.Name, Weight = resource.Weight })] },
    };

    private static NodeResourcesFitArgs Ratio(string shape) => new()
    {
        ScoringStrategy = new ScoringStrategy { Type = ScoringStrategy.ByRatio, RequestedToCapacityRatio = new RatioParameters { Shape = Shape(shape.Replace('=', ':').Replace(' ', ',')) } },
    };

    private static IReadOnlyList<UtilizationShapePoint> Shape(string points) =>
    [
        .. points.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(point => point.Split(':'))
            .Select(point => new UtilizationShapePoint { Utilization = int.Parse(point[0]), Score = int.Parse(point[1]) }),
    ];

    private static NodeResourcesFitArgs Parse(string arguments)
    {
        var given = arguments.Split(' ').Select(argument => argument.Split('=')).ToDictionary(argument => argument[0], argument => argument[^1]);
        return new NodeResourcesFitArgs
        {
            IgnoredResources = List(given.GetValueOrDefault("ignored", "")),
            IgnoredResourceGroups = List(given.GetValueOrDefault("group", "")),
            ScoringStrategy = new ScoringStrategy
            {
                Type = given.GetValueOrDefault("type", ScoringStrategy.LeastAllocated),
                Resources = given.TryGetValue("weight", out var weight) ? [new ResourceSpec { Name = "cpu", Weight = int.Parse(weight) }] : [],
                RequestedToCapacityRatio = given.TryGetValue("shape", out var shape) ? new RatioParameters { Shape = Shape(shape) } : null,
            },
        };
    }

    private static IReadOnlyList<string> List(string one) => one.Length == 0 ? [] : [one];

    private static void AssertReasons(string reasons, Status status)
    {
        Assert.Equal(reasons, string.Join("|", status.Reasons));
        Assert.Equal(reasons.Length == 0 ? StatusCode.Success : StatusCode.Unschedulable, status.Code);
    }
}
