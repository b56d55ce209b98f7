using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

public sealed class PodStatusMergeTests
{
    [Theory]
    [InlineData(true, "Running", "", "")]
    [InlineData(false, "Failed", "DeadlineExceeded", "too long")]
    public void Into_TerminalPhase_WaitsUntilNothingCanRun(bool mayStillRun, string phase, string reason, string message)
    {
        var stored = A.Pod().With(p => p.Status.Phase = "Running");

        var merged = PodStatusMerge.Into(stored, new PodStatus { Phase = "Failed", Reason = "DeadlineExceeded", Message = "too long" }, mayStillRun);

        Assert.Equal((phase, reason, message), (merged.Phase, merged.Reason, merged.Message));
    }

    [Fact]
    public void Into_ConditionsOfOthers_SurviveAndComeFirst()
    {
        var stored = A.Pod().With(p => p.Status.Conditions.Add([new() { Type = "Ready", Status = "True" }, new() { Type = "mine.example/gate", Status = "True" }]));

        var merged = PodStatusMerge.Into(stored, new PodStatus { Phase = "Running", Conditions = { new PodCondition { Type = "Ready", Status = "False" } } }, mayStillRun: true);

        Assert.Equal(["mine.example/gate=True", "Ready=False"], merged.Conditions.Select(c => $"{c.Type}={c.Status}"));
    }
}
