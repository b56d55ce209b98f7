namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>One scheduler that is killed or hears nothing at a named moment of a binding, and one whose node changes under it.</summary>
[Collection("scheduler faults")]
public sealed class SchedulerFaultTests(SchedulerFaultLab shared)
{
    [Fact]
    public Task Killed_Idle_SchedulesWhatCameMeanwhile() => shared.PlayedAsync("kill-idle");

    [Fact]
    public Task Killed_BindingNotSent_DecidesAnew() => shared.PlayedAsync("kill-before");

    [Fact]
    public Task Killed_BindingSent_PodRunsAndIsNotBoundAgain() => shared.PlayedAsync("kill-after");

    [Fact]
    public Task Killed_VictimLeaves_TellsNobodyElseToGo() => shared.PlayedAsync("preempt-killed");

    [Fact]
    public Task Frozen_Idle_CatchesUp() => shared.PlayedAsync("stale-idle");

    [Fact]
    public Task Frozen_BindingNotSent_OverCommitIsRefusedByTheKubelet() => shared.PlayedAsync("stale-room");

    [Fact]
    public Task Frozen_ReplyLost_SecondBindingIsRefused() => shared.PlayedAsync("stale-bind");

    [Fact]
    public Task Cordoned_Idle_WaitsUntilTheNodeTakesPodsAgain() => shared.PlayedAsync("cordon-idle");

    [Fact]
    public Task Cordoned_BindingNotSent_BindingStands() => shared.PlayedAsync("cordon-bind");
}
