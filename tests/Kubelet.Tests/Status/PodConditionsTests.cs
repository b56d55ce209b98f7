using Google.Protobuf.WellKnownTypes;

using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

public sealed class PodConditionsTests
{
    [Fact]
    public void Compute_Order_IsTheKubelets() =>
        Assert.Equal(
            ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"],
            PodConditions.Compute(A.Pod(), Status("Running", true), true, null, A.Noon).Select(c => c.Type));

    [Theory]
    [InlineData("Running", true, "True", "", "")]
    [InlineData("Running", false, "False", "ContainersNotReady", "containers with unready status: [c]")]
    [InlineData("Succeeded", false, "False", "PodCompleted", "")]
    [InlineData("Failed", true, "False", "PodFailed", "")]
    public void Compute_Ready_CopiesContainersReady(string phase, bool ready, string status, string reason, string message)
    {
        var conditions = PodConditions.Compute(A.Pod(), Status(phase, ready), true, null, A.Noon).Where(c => c.Type is "Ready" or "ContainersReady").ToList();

        Assert.All(conditions, c => Assert.Equal((status, reason, message), (c.Status, c.Reason, c.Message)));
        Assert.Equal(2, conditions.Count);
    }

    [Theory]
    [InlineData(null, "corresponding condition of pod readiness gate \"gate\" does not exist.")]
    [InlineData("False", "the status of pod readiness gate \"gate\" is not \"True\", but False")]
    public void Compute_ReadinessGateNotMet_OnlyReadyIsFalse(string? gate, string message)
    {
        var pod = A.Pod().With(p => p.Spec.ReadinessGates.Add(new PodReadinessGate { ConditionType = "gate" }));
        if (gate is not null) pod.Status.Conditions.Add(new PodCondition { Type = "gate", Status = gate });

        var conditions = PodConditions.Compute(pod, Status("Running", true), true, null, A.Noon).ToDictionary(c => c.Type);

        Assert.Equal(("False", "ReadinessGatesNotReady", message), (conditions["Ready"].Status, conditions["Ready"].Reason, conditions["Ready"].Message));
        Assert.Equal("True", conditions["ContainersReady"].Status);
    }

    [Fact]
    public void Compute_SameStatus_KeepsTheTimeOfTransition()
    {
        var earlier = Timestamp.FromDateTimeOffset(A.Noon.AddHours(-1));
        var before = new PodStatus { Conditions = { new PodCondition { Type = "Ready", Status = "False", Reason = "ContainersNotReady", LastTransitionTime = earlier } } };

        PodCondition Ready(string phase, bool ready) => PodConditions.Compute(A.Pod(), Status(phase, ready), true, before, A.Noon).Single(c => c.Type == "Ready");

        Assert.Equal(earlier, Ready("Failed", false).LastTransitionTime);
        Assert.Equal(A.Noon, Ready("Running", true).LastTransitionTime.ToDateTimeOffset());
    }

    private static PodStatus Status(string phase, bool ready) => new()
    {
        Phase = phase, ContainerStatuses = { new ContainerStatus { Name = "c", Ready = ready, Started = true, State = new() { Running = new() } } },
    };
}
