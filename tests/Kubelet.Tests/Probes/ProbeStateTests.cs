using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Probes;

public sealed class ProbeStateTests
{
    private static readonly ProbeSighting Started = new(
        "c-0", IsRunning: true, IsTerminated: false, StartedAt: A.Noon, IsStarted: true, IsPodDeleting: false, IsPodOver: false, NeverRestarts: false);

    [Theory]
    [InlineData(ProbeKind.Liveness, ProbeResult.Success)]
    [InlineData(ProbeKind.Readiness, ProbeResult.Failure)]
    [InlineData(ProbeKind.Startup, ProbeResult.Unknown)]
    internal void Tick_NewContainer_StoresTheInitialResult(ProbeKind kind, ProbeResult initial) =>
        Assert.Equal(initial, new ProbeState("c-9", OnHold: true).Tick(kind, Started, TimeSpan.Zero, A.Noon).Store);

    [Theory]
    [InlineData(ProbeKind.Startup, false, ProbeAction.Execute)]
    [InlineData(ProbeKind.Startup, true, ProbeAction.Skip)]
    [InlineData(ProbeKind.Liveness, false, ProbeAction.Skip)]
    [InlineData(ProbeKind.Liveness, true, ProbeAction.Execute)]
    [InlineData(ProbeKind.Readiness, false, ProbeAction.Skip)]
    [InlineData(ProbeKind.Readiness, true, ProbeAction.Execute)]
    internal void Tick_Startup_HoldsTheOthersBack(ProbeKind kind, bool started, ProbeAction action) =>
        Assert.Equal(action, Tick(kind, Started with { IsStarted = started }).Action);

    [Theory]
    [InlineData(4, ProbeAction.Skip)]
    [InlineData(5, ProbeAction.Execute)]
    internal void Tick_InitialDelay_CountsFromTheContainersStart(int seconds, ProbeAction action) =>
        Assert.Equal(action, new ProbeState("c-0").Tick(ProbeKind.Liveness, Started, TimeSpan.FromSeconds(5), A.Noon.AddSeconds(seconds)).Action);

    [Fact]
    public void Tick_NoContainerYet_Skips() =>
        Assert.Equal((ProbeAction.Skip, null, new ProbeState()), new ProbeState().Tick(ProbeKind.Liveness, default(ProbeSighting) with { ContainerId = "" }, TimeSpan.Zero, A.Noon));

    [Theory]
    [InlineData(false, ProbeAction.Skip)]
    [InlineData(true, ProbeAction.End)]
    internal void Tick_Ended_IsAFailureAndTheEndUnderNever(bool never, ProbeAction action) =>
        Assert.Equal(
            (action, ProbeResult.Failure),
            Short(Tick(ProbeKind.Readiness, Started with { IsRunning = false, IsTerminated = true, NeverRestarts = never })));

    [Theory]
    [InlineData(ProbeKind.Liveness, ProbeAction.End, ProbeResult.Success)]
    [InlineData(ProbeKind.Startup, ProbeAction.End, ProbeResult.Success)]
    [InlineData(ProbeKind.Readiness, ProbeAction.Execute, null)]
    internal void Tick_PodDeleting_OnlyReadinessGoesOn(ProbeKind kind, ProbeAction action, ProbeResult? stored) =>
        Assert.Equal((action, stored), Short(Tick(kind, Started with { IsPodDeleting = true })));

    [Fact]
    public void Tick_PodOver_Ends() => Assert.Equal(ProbeAction.End, Tick(ProbeKind.Readiness, Started with { IsPodOver = true }).Action);

    [Fact]
    public void After_FailuresBelowTheThreshold_ChangeNothing()
    {
        var state = new ProbeState("c-0");
        var stored = new List<ProbeResult?>();
        foreach (var verdict in new[] { ProbeVerdict.Failure, ProbeVerdict.Failure, ProbeVerdict.Success, ProbeVerdict.Failure, ProbeVerdict.Failure, ProbeVerdict.Failure })
        {
            (var store, state) = state.After(ProbeKind.Readiness, verdict, successThreshold: 1, failureThreshold: 3);
            stored.Add(store);
        }

        Assert.Equal([null, null, ProbeResult.Success, null, null, ProbeResult.Failure], stored);
        Assert.False(state.OnHold);
    }

    [Fact]
    public void After_Error_IsThrownAway()
    {
        var state = new ProbeState("c-0", Last: ProbeResult.Failure, InARow: 2);

        Assert.Equal((null, state), state.After(ProbeKind.Liveness, ProbeVerdict.Error, 1, 3));
    }

    [Theory]
    [InlineData(ProbeKind.Liveness, ProbeVerdict.Failure, true)]
    [InlineData(ProbeKind.Liveness, ProbeVerdict.Success, false)]
    [InlineData(ProbeKind.Startup, ProbeVerdict.Failure, true)]
    [InlineData(ProbeKind.Startup, ProbeVerdict.Success, true)]
    [InlineData(ProbeKind.Readiness, ProbeVerdict.Failure, false)]
    [InlineData(ProbeKind.Readiness, ProbeVerdict.Warning, false)]
    internal void After_Result_HoldsWhereItIsFinal(ProbeKind kind, ProbeVerdict verdict, bool onHold) =>
        Assert.Equal(onHold, new ProbeState("c-0").After(kind, verdict, 1, 1).Next.OnHold);

    private static (ProbeAction Action, ProbeResult? Store, ProbeState Next) Tick(ProbeKind kind, ProbeSighting seen) =>
        new ProbeState("c-0").Tick(kind, seen, TimeSpan.Zero, A.Noon.AddSeconds(10));

    private static (ProbeAction, ProbeResult?) Short((ProbeAction Action, ProbeResult? Store, ProbeState Next) tick) => (tick.Action, tick.Store);
}
