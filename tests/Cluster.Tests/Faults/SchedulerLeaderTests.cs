namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>Two schedulers of one name, of which one leads: it goes in every way there is, the other takes over, and no pod is bound twice.</summary>
[Collection("scheduler faults")]
public sealed class SchedulerLeaderTests(SchedulerFaultLab shared)
{
    [Fact]
    public Task Killed_Leader_TheOtherLeadsOnceTheLeaseHasRunOut() => shared.PlayedAsync("change-killed");

    [Fact]
    public Task PausedPastItsLease_Idle_TheOtherSchedulesAndTheOldEnds() => shared.PlayedAsync("change-paused");

    [Fact]
    public Task PausedPastItsLease_BindingNotSent_IsRefusedAndTheOldEnds() => shared.PlayedAsync("change-before");

    [Fact]
    public Task PausedPastItsLease_BindingSent_StandsAndTheOldEnds() => shared.PlayedAsync("change-after");

    [Fact]
    public Task PausedPastItsLease_VictimLeaves_TheOtherTellsNobodyElseToGo() => shared.PlayedAsync("preempt-paused");

    [Fact]
    public Task Killed_SuccessorIsStale_EveryOldDecisionIsRefused() => shared.PlayedAsync("change-stale");

    [Fact]
    public Task Ended_Leader_GivesItsLeaseBackAndTheOtherLeadsAtOnce() => shared.PlayedAsync("change-ended");

    [Fact]
    public Task CutOff_Leader_StandsDownBeforeTheOtherLeads() => shared.PlayedAsync("change-cut");
}
