using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeLabel;

namespace MiniK8s.Scheduler.Tests.Plugins.Retired;

public sealed class NodeLabelTests
{
    [Theory]
    [InlineData("region", "", true)]
    [InlineData("region zone", "", false)]
    [InlineData("", "retiring", true)]
    [InlineData("", "region", false)]
    [InlineData("region", "retiring", true)]
    [InlineData("region", "retiring disk", false)]
    [InlineData("", "", true)]
    public void Filter_Labels_ArePresentOrAbsentWhateverTheirValue(string present, string absent, bool fits)
    {
        var node = A.Node().Label("region", "north").Label("disk", "").Info();

        var status = new NodeLabel(new NodeLabelArgs { PresentLabels = Keys(present), AbsentLabels = Keys(absent) }).Filter(new CycleState(), A.Pod().Info(), node);

        Assert.Equal(fits ? StatusCode.Success : StatusCode.Unresolvable, status.Code);
        Assert.Equal(fits ? [] : ["node(s) didn't have the requested labels"], status.Reasons);
    }

    [Theory]
    [InlineData("region", "", 100)]
    [InlineData("zone", "", 0)]
    [InlineData("", "retiring", 100)]
    [InlineData("", "region", 0)]
    [InlineData("region", "region", 50)]
    [InlineData("region zone", "retiring", 66)]       // 200/3
    public void Score_Preferences_AreAveraged(string present, string absent, long score) => Assert.Equal(
        score,
        new NodeLabel(new NodeLabelArgs { PresentLabelsPreference = Keys(present), AbsentLabelsPreference = Keys(absent) })
            .Score(new CycleState(), A.Pod().Info(), A.Node().Label("region", "north").Info()));

    [Fact]
    public void PreScore_WithoutPreferences_HasNothingToSay() =>
        Assert.False(new NodeLabel(new NodeLabelArgs { PresentLabels = ["region"] }).PreScore(new CycleState(), A.Pod().Info(), new Snapshot([]), []));

    [Fact]
    public void MayHelp_LabelsOfANode_WhenItBecomesAcceptable()
    {
        var (plugin, pod) = (new NodeLabel(new NodeLabelArgs { PresentLabels = ["region"] }), A.Pod().Info());

        Assert.True(plugin.MayHelp(pod, new ClusterEvent.NodeUpdated(A.Node(), A.Node().Label("region", "north"))));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.NodeUpdated(A.Node().Label("region", "south"), A.Node().Label("region", "north"))));
        Assert.True(plugin.MayHelp(pod, new ClusterEvent.NodeAdded(A.Node().Label("region", "north"))));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.NodeAdded(A.Node())));
    }

    [Fact]
    public void Check_LabelThatIsBoth_IsRefused()
    {
        var errors = new FieldErrorList();

        new NodeLabelArgs { PresentLabels = ["a", "b"], AbsentLabels = ["b"] }.Check(FieldPath.Of("args"), errors);

        Assert.Equal(
            "args.absentLabels: Invalid value: \"b\": detecting at least one label (e.g., \"b\") that exist in both the present([a b]) and absent([b]) label list",
            Assert.Single(errors).ToString());
    }

    private static string[] Keys(string keys) => keys.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
