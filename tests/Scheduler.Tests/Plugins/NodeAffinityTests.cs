using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeAffinity;

using Affinity = MiniK8s.Protocol.Core.V1.NodeAffinity;
using NodeAffinity = MiniK8s.Scheduler.Plugins.NodeAffinity.NodeAffinity;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class NodeAffinityTests
{
    private const string Pods = "node(s) didn't match Pod's node affinity/selector";
    private const string Profiles = "node(s) didn't match scheduler-enforced node affinity";

    [Theory]
    [InlineData("a", "a", "")]
    [InlineData("b", "a", Profiles)]
    [InlineData("a", "b", Pods)]
    [InlineData("b", "b", Profiles)]
    public void Filter_AddedAffinity_CountsBesideThePodsAndFirst(string added, string pods, string reason)
    {
        var node = A.Node().Label("zone", "a").Info();

        var status = Plugin(Requires("zone", added)).Filter(new CycleState(), Pod(Requires("zone", pods)), node);

        Assert.Equal(reason, string.Join("|", status.Reasons));
        Assert.Equal(reason.Length == 0 ? StatusCode.Success : StatusCode.Unresolvable, status.Code);
    }

    [Fact]
    public void PreFilter_PodWithoutRules_IsSkippedUnlessTheProfileHasSome()
    {
        Assert.True(new NodeAffinity().PreFilter(new CycleState(), A.Pod().Info(), new Snapshot([])).Skip);
        Assert.True(Plugin(Prefers(("zone", "a", 5))).PreFilter(new CycleState(), A.Pod().Info(), new Snapshot([])).Skip);
        Assert.False(Plugin(Requires("zone", "a")).PreFilter(new CycleState(), A.Pod().Info(), new Snapshot([])).Skip);
    }

    [Theory]
    [InlineData("a", 33)]       // 30 of the pod's, 3 of the profile's
    [InlineData("b", 20)]
    [InlineData("c", 0)]
    public void Score_PreferredTerms_AddUpTheWeightsOfBoth(string zone, long score)
    {
        var pod = Pod(Prefers(("zone", "a", 30), ("zone", "b", 20)));

        Assert.Equal(score, Plugin(Prefers(("zone", "a", 3))).Score(new CycleState(), pod, A.Node().Label("zone", zone).Info()));
    }

    [Fact]
    public void Score_EmptyPreference_CountsNothing()
    {
        var pod = Pod(new Affinity { PreferredDuringSchedulingIgnoredDuringExecution = { new PreferredSchedulingTerm { Weight = 50, Preference = new() }, new PreferredSchedulingTerm { Weight = 40 } } });

        Assert.Equal(0, new NodeAffinity().Score(new CycleState(), pod, A.Node().Info()));
    }

    [Fact]
    public void PreScore_WithoutPreferredTerms_HasNothingToSay()
    {
        Assert.False(new NodeAffinity().PreScore(new CycleState(), A.Pod().Info(), new Snapshot([]), []));
        Assert.True(new NodeAffinity().PreScore(new CycleState(), Pod(Prefers(("zone", "a", 1))), new Snapshot([]), []));
        Assert.True(Plugin(Prefers(("zone", "a", 1))).PreScore(new CycleState(), A.Pod().Info(), new Snapshot([]), []));
    }

    [Theory]
    [InlineData("n1", true)]
    [InlineData("n2", false)]
    public void Filter_MatchFields_KnowTheNodesName(string name, bool matches)
    {
        var term = new NodeSelectorTerm { MatchFields = { new NodeSelectorRequirement { Key = "metadata.name", Operator = "NotIn", Values = { "n2" } } } };

        Assert.Equal(matches, new NodeAffinity().Filter(new CycleState(), Pod(Requires(term)), A.Node(name).Info()).IsSuccess);
    }

    [Fact]
    public void Filter_SeveralTerms_OneIsEnough() =>
        Assert.True(new NodeAffinity().Filter(new CycleState(), Pod(Requires(Term("zone", "a"), Term("zone", "b"))), A.Node().Label("zone", "b").Info()).IsSuccess);

    [Fact]
    public void Filter_SeveralExpressions_AllAreNeeded()
    {
        var term = Term("zone", "a");
        term.MatchExpressions.Add(Term("disk", "ssd").MatchExpressions);

        Assert.False(new NodeAffinity().Filter(new CycleState(), Pod(Requires(term)), A.Node().Label("zone", "a").Info()).IsSuccess);
        Assert.True(new NodeAffinity().Filter(new CycleState(), Pod(Requires(term)), A.Node().Label("zone", "a").Label("disk", "ssd").Info()).IsSuccess);
    }

    [Fact]
    public void Check_AddedAffinity_IsRefusedWithItsPath()
    {
        var (errors, added) = (new FieldErrorList(), Requires("zone", "a"));
        added.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchExpressions[0].Operator = "Like";

        new NodeAffinityArgs { AddedAffinity = added }.Check(FieldPath.Of("args"), errors);

        Assert.Equal(
            "args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: \"Like\": not a valid selector operator",
            Assert.Single(errors).ToString());
    }

    private static NodeAffinity Plugin(Affinity added) => new(new NodeAffinityArgs { AddedAffinity = added });

    private static PodInfo Pod(Affinity affinity) => A.Pod().With(spec => spec.Affinity = new() { NodeAffinity = affinity }).Info();

    private static Affinity Requires(string key, string value) => Requires(Term(key, value));

    private static Affinity Requires(params NodeSelectorTerm[] terms) => new() { RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = { terms } } };

    private static Affinity Prefers(params (string Key, string Value, int Weight)[] terms) => new()
    {
        PreferredDuringSchedulingIgnoredDuringExecution = { terms.Select(term => new PreferredSchedulingTerm { Weight = term.Weight, Preference = Term(term.Key, term.Value) }) },
    };

    private static NodeSelectorTerm Term(string key, string value) => new() { MatchExpressions = { new NodeSelectorRequirement { Key = key, Operator = "In", Values = { value } } } };
}
