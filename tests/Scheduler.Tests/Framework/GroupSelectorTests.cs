using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Fakes;
using MiniK8s.Scheduler.Tests.Plugins;

namespace MiniK8s.Scheduler.Tests.Framework;

public sealed class GroupSelectorTests
{
    private static readonly FakeObjects Objects = new(
        PodTopologySpreadFilterTests.Service("web", ("app", "web")),
        PodTopologySpreadFilterTests.Service("back", ("app", "web"), ("tier", "back")),
        PodTopologySpreadFilterTests.Service("headless"),
        PodTopologySpreadFilterTests.ReplicaSet("web-1", "app=web,hash in (1)"),
        PodTopologySpreadFilterTests.ReplicaSet("all", ""),
        new ReplicaSet { Metadata = new ObjectMeta { Namespace = "default", Name = "blank" }, Spec = new ReplicaSetSpec() },
        new StatefulSet { Metadata = new ObjectMeta { Namespace = "default", Name = "db" }, Spec = new StatefulSetSpec { Selector = Rules.Selector("app=db") } });

    [Fact]
    public void Of_NeitherServiceNorController_IsEverything()
    {
        Assert.True(Of(A.Pod().Label("app", "alone")).IsEverything);
        Assert.True(Of(A.Pod()).IsEverything);     // and a Service without selector selects nobody
        Assert.True(Of(A.Pod().Label("app", "web").In("prod")).IsEverything);     // Services select in their own namespace
    }

    [Fact]
    public void Of_Services_AddsTheLabelsOfAllThatSelectThePod()
    {
        var one = Of(A.Pod().Label("app", "web"));
        Assert.True(one.Matches(Labels(("app", "web"))));
        Assert.False(one.Matches(Labels(("app", "db"))));

        var two = Of(A.Pod().Label("app", "web").Label("tier", "back"));
        Assert.False(two.Matches(Labels(("app", "web"))));
        Assert.True(two.Matches(Labels(("app", "web"), ("tier", "back"))));
    }

    [Theory]
    [InlineData("ReplicaSet", "web-1", "apps/v1", "hash", "1", true)]
    [InlineData("ReplicaSet", "web-1", "apps/v1", "hash", "2", false)]
    [InlineData("StatefulSet", "db", "apps/v1", "hash", "1", false)]     // app=db cannot be together with the Service's app=web
    [InlineData("ReplicaSet", "web-1", "extensions/v1", "hash", "2", true)]     // another kind: only the Service speaks
    [InlineData("Job", "web-1", "apps/v1", "hash", "2", true)]
    [InlineData("ReplicaSet", "gone", "apps/v1", "hash", "2", true)]
    [InlineData("ReplicaSet", "blank", "apps/v1", "hash", "2", true)]     // no selector: nothing to add
    public void Of_Controller_AddsItsSelector(string kind, string name, string apiVersion, string key, string value, bool matches) => Assert.Equal(
        matches, Of(A.Pod().Label("app", "web").OwnedBy(kind, name, apiVersion)).Matches(Labels(("app", "web"), (key, value))));

    [Fact]
    public void Of_ControllerAlone_IsItsSelector()
    {
        Assert.True(Of(A.Pod().OwnedBy("StatefulSet", "db")).Matches(Labels(("app", "db"))));
        Assert.False(Of(A.Pod().OwnedBy("StatefulSet", "db")).Matches(Labels(("app", "web"))));
        Assert.True(Of(A.Pod().OwnedBy("ReplicaSet", "all")).IsEverything);
    }

    [Fact]
    public void Of_OwnerThatIsNotTheController_IsPassedOver()
    {
        var pod = A.Pod().OwnedBy("StatefulSet", "db");
        pod.Metadata.OwnerReferences[0].Controller = false;

        Assert.True(Of(pod).IsEverything);
    }

    private static LabelMatcher Of(Pod pod) => GroupSelector.Of(pod.Info(), Objects);

    private static LabelSet Labels(params (string Key, string Value)[] labels) => LabelSet.Of(labels.ToDictionary(label => label.Key, label => label.Value));
}
