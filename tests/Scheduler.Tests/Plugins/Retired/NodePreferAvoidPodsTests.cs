using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodePreferAvoidPods;

namespace MiniK8s.Scheduler.Tests.Plugins.Retired;

public sealed class NodePreferAvoidPodsTests
{
    private const string Avoided = """
        {"preferAvoidPods": [
          {"podSignature": {"podController": {"apiVersion": "v1", "kind": "ReplicationController", "name": "foo", "uid": "uid-rc", "controller": true}},
           "reason": "some reason", "message": "some message"},
          {"podSignature": {"podController": {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "foo", "uid": "uid-rs", "controller": true}}}
        ]}
        """;

    [Theory]
    [InlineData("ReplicationController", "uid-rc", true, 0)]
    [InlineData("ReplicaSet", "uid-rs", true, 0)]
    [InlineData("ReplicaSet", "uid-rc", true, 100)]         // kind and uid together
    [InlineData("ReplicaSet", "uid-other", true, 100)]
    [InlineData("ReplicaSet", "uid-rs", false, 100)]        // an owner, but not the controller
    [InlineData("StatefulSet", "uid-rs", true, 100)]
    public void Score_ControllerThatTheNodeAvoids_IsZero(string kind, string uid, bool isController, long score)
    {
        var pod = A.Pod();
        pod.Metadata.OwnerReferences.Add(new OwnerReference { Kind = kind, Uid = uid, Controller = isController });

        Assert.Equal(score, Score(pod.Info(), Avoided));
    }

    [Fact]
    public void Score_PodWithoutController_IsWelcome() => Assert.Equal(100, Score(A.Pod().Info(), Avoided));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"preferAvoidPods": [{}, {"podSignature": {}}]}""")]
    [InlineData("""{"preferAvoidPods": 3}""")]
    public void Score_AnnotationThatSaysNothing_IsAsIfThereWereNone(string annotation)
    {
        var pod = A.Pod();
        pod.Metadata.OwnerReferences.Add(new OwnerReference { Kind = "ReplicaSet", Uid = "uid-rs", Controller = true });

        Assert.Equal(100, Score(pod.Info(), annotation));
    }

    private static long Score(PodInfo pod, string annotation)
    {
        var node = A.Node();
        node.Metadata.Annotations["scheduler.alpha.kubernetes.io/preferAvoidPods"] = annotation;
        return new NodePreferAvoidPods().Score(new CycleState(), pod, node.Info());
    }
}
