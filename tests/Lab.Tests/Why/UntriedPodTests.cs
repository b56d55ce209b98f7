using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Lab.Commands.Why;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Tests.Why;

public sealed class UntriedPodTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Explain_NodeNamedByItsCreator_SaysThatNobodyWasAsked()
    {
        var pod = Web("node-1");
        pod.Metadata.ManagedFields.Add(new ManagedFieldsEntry { FieldsV1 = new FieldsV1 { Raw = ByteString.CopyFromUtf8("""{"f:spec":{"f:nodeName":{}}}""") } });

        AssertSays("was created with spec.nodeName node-1: no scheduler was asked", pod);
    }

    [Theory]
    [InlineData("", "it waits for a scheduler of that name")]
    [InlineData("node-1", "another one bound it to node-1")]
    public void Explain_OthersPod_SendsToTheOther(string node, string words)
    {
        var pod = Web(node);
        pod.Spec.SchedulerName = "mine";

        AssertSays($"has spec.schedulerName mine, and this scheduler schedules those of default-scheduler: {words}; --scheduler asks another one", pod);
    }

    [Theory]
    [InlineData(-1, "has been on node-1 since before this scheduler was started, at 2030-01-01 12:00:00.500Z: it remembers nothing of the time before")]
    [InlineData(0, "has been on node-1 since before this scheduler was started, at 2030-01-01 12:00:00.500Z: it remembers nothing of the time before")]
    [InlineData(1, "was bound to node-1, and the attempt is forgotten: newer ones have taken its place")]
    public void Explain_BoundPod_TellsBeforeTheStartFromForgotten(int boundAfterNoon, string words)
    {
        var pod = Web("node-1");
        pod.Status.Conditions.Add(new PodCondition { Type = "PodScheduled", Status = "True", LastTransitionTime = Noon.AddSeconds(boundAfterNoon).ToTimestamp() });

        AssertSays(words, pod);
    }

    [Fact]
    public void Explain_GatedPod_NamesTheGates() => AssertSays(
        "has not been tried: held back by SchedulingGates: waiting for scheduling gates: [a b]",
        Web(), new QueuePlace { Pool = QueuePool.Gated, Plugins = { "SchedulingGates" }, Message = "waiting for scheduling gates: [a b]" });

    [Fact]
    public void Explain_PodInTheQueue_WaitsForItsTurn() => AssertSays("has not been tried: waits for its turn", Web(), new QueuePlace { Pool = QueuePool.Active });

    [Fact]
    public void Explain_PodJustCreated_IsUnheardOf() => AssertSays("has not been tried, and the scheduler has not heard of it yet", Web());

    [Fact]
    public void Explain_PodBeingDeleted_IsNotTried()
    {
        var pod = Web();
        pod.Metadata.DeletionTimestamp = Noon.ToTimestamp();

        AssertSays("is being deleted, and such Pods are not tried", pod);
    }

    [Fact]
    public void Of_AttemptOfAnEarlierPod_IsNotTakenForThisOnes()
    {
        var explanation = Explanation(new QueuePlace { Pool = QueuePool.Active });
        explanation.Attempt = new SchedulingAttempt { Namespace = "default", Name = "web", Uid = "0", Started = Noon.ToTimestamp() };

        Assert.Equal(
            "Pod default/web has not been tried: waits for its turn.\nAn earlier Pod of that name was last tried at 2030-01-01 12:00:00.000Z.\n",
            WhyText.Of(new KnownPod(Web(), explanation), showAll: false));
    }

    private static Pod Web(string node = "") => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web", Uid = "1" },
        Spec = new PodSpec { SchedulerName = "default-scheduler", NodeName = node },
        Status = new PodStatus(),
    };

    private static Explanation Explanation(QueuePlace? place) =>
        new() { SchedulerNames = { "default-scheduler" }, Since = Noon.AddMilliseconds(500).ToTimestamp(), Queue = place };

    private static void AssertSays(string words, Pod pod, QueuePlace? place = null) =>
        Assert.Equal($"Pod default/web {words}.\n", WhyText.Of(new KnownPod(pod, Explanation(place)), showAll: false));
}
