using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Tests.Model;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Timing;

/// <summary>When a probe ends its container, and with which grace, to the second.</summary>
public sealed class ProbeTimingTests
{
    private readonly Script _script = new();

    // initialDelay, timeout, period, failureThreshold, and the second of the kill. A probe that hangs fails at its timeout. It ticks every
    // period from the pod's start, when there is no container yet; the first check is at the first later tick that is not before the
    // initial delay, and each failure but the last waits for the next tick, however long the check took.
    [Theory]
    [InlineData(0, 1, 10, 1, 11, false)]
    [InlineData(10, 1, 10, 1, 11, true)]
    [InlineData(20, 5, 10, 1, 25, true)]
    [InlineData(10, 1, 10, 3, 31, false)]
    [InlineData(10, 5, 10, 3, 35, false)]
    [InlineData(5, 1, 10, 1, 11, false)]
    [InlineData(5, 1, 10, 3, 31, false)]
    [InlineData(10, 10, 10, 3, 40, false)]
    [InlineData(1, 1, 1, 5, 6, false)]
    public void Startup_Hangs_IsKilledByTicksAndNotByTheTutorialsFormula(int initialDelay, int timeout, int period, int failures, int killed, bool isFormula)
    {
        _script.ExecSeconds = 1000;
        using var rig = new TimingRig(Pod(c => c.StartupProbe = Probe(initialDelay, timeout, period, failures)), _script);

        rig.Pass(100);

        Assert.Equal((double)killed, rig.Happened.First(e => e.What.StartsWith("signal", StringComparison.Ordinal)).At);
        Assert.Equal(failures, rig.Happened.Count(e => e.At <= killed && e.What.StartsWith("event Unhealthy: Startup probe failed: command timed out", StringComparison.Ordinal)));
        // The tutorial's formula lets each period begin when the check before has ended. 1.32 does not wait for that: the formula holds
        // only for a single failure whose initial delay falls on a tick after the first. Else it is too long by the timeouts, or, where
        // the delay ends between two ticks, too short by what is left of that period.
        var formula = initialDelay + timeout + ((period + timeout) * (failures - 1));
        Assert.Equal(isFormula, killed == formula);
    }

    // The process answers at once, and says no: then no timeout is in it.
    [Theory]
    [InlineData(0, 10, 3, 30)]
    [InlineData(10, 10, 3, 30)]
    [InlineData(30, 10, 3, 50)]
    [InlineData(0, 1, 30, 30)]
    public void Startup_SaysNoAtOnce_IsKilledAtTheTickOfTheLastFailure(int initialDelay, int period, int failures, int killed)
    {
        _script.ExecCode = 1;
        using var rig = new TimingRig(Pod(c => c.StartupProbe = Probe(initialDelay, 1, period, failures)), _script);

        rig.Pass(100);

        Assert.Equal((double)killed, rig.Happened.First(e => e.What.StartsWith("signal", StringComparison.Ordinal)).At);
    }

    [Fact]
    public void Startup_CheckTakesLongerThanThePeriod_MissedTicksAreMadeGoodByOne()
    {
        _script.ExecSeconds = 1000;
        using var rig = new TimingRig(Pod(c => c.StartupProbe = Probe(0, 25, 10, 10)), _script);
        rig.Pass(34);
        _script.ExecSeconds = 0;
        _script.ExecCode = 1;

        rig.Pass(40);

        // From 10 to 35 the first one hangs. The ticks of 20 and 30 are one check, at 35; then 40, 50 and so on as before.
        Assert.Equal([10, 35, 40, 50, 60, 70], rig.At("check c"));
    }

    [Theory]
    [InlineData(null, "30: signal c 30|60: kill c")]
    [InlineData(5, "30: signal c 5|35: kill c")]
    [InlineData(60, "30: signal c 60|90: kill c")]
    [InlineData(1, "30: signal c 2|32: kill c")]
    public void Liveness_OwnGrace_ReplacesThePodsShorterOrLonger(int? own, string wanted)
    {
        _script.ExecCode = 1;
        _script.IsStubborn = true;
        using var rig = new TimingRig(Pod(c => c.LivenessProbe = Probe(0, 1, 10, 3, own)), _script);

        rig.Pass(90);

        Assert.Equal(wanted.Split('|'), rig.All("signal", "kill").Take(2));
        Assert.Equal(rig.At("kill c").First(), rig.At("start c 1").Single());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(60)]
    public void Liveness_OwnGrace_IsIgnoredWhenThePodIsDeleted(int own)
    {
        _script.IsStubborn = true;
        using var rig = new TimingRig(Pod(c => c.LivenessProbe = Probe(0, 1, 10, 3, own)), _script);
        rig.Pass(100);
        _script.ExecCode = 1;

        rig.Delete(null);
        rig.Pass(60);

        Assert.Equal(["100: signal c 30", "130: kill c"], rig.All("signal", "kill"));
        Assert.DoesNotContain(rig.Happened, e => e.What.StartsWith("event Unhealthy", StringComparison.Ordinal));
    }

    [Fact]
    public void Startup_OwnGrace_ReplacesThePodsToo()
    {
        _script.ExecCode = 1;
        _script.IsStubborn = true;
        using var rig = new TimingRig(Pod(c => c.StartupProbe = Probe(0, 1, 10, 3, 5)), _script);

        rig.Pass(60);

        Assert.Equal(["30: signal c 5", "35: kill c"], rig.All("signal", "kill").Take(2));
    }

    [Fact]
    public void Liveness_StartupHasNotSucceeded_BeginsOnlyAfterIt()
    {
        _script.ExecCode = 1;
        using var rig = new TimingRig(Pod(c =>
        {
            c.StartupProbe = Probe(0, 1, 5, 10);
            c.LivenessProbe = Probe(0, 1, 10, 3);
        }), _script);
        rig.Pass(29);
        Assert.Equal([5, 10, 15, 20, 25], rig.At("check c"));
        _script.ExecCode = 0;

        rig.Pass(30);

        // It succeeds at 30; liveness has its own ticks, of 40 and 50.
        Assert.Equal([30, 40, 50], rig.At("check c").Skip(5));
    }

    private static Pod Pod(Action<Container> change)
    {
        var container = A.Container("c", $"{A.Uid}/c:1");
        change(container);
        return A.Pod(container);
    }

    private static Probe Probe(int initialDelay, int timeout, int period, int failures, int? grace = null)
    {
        var probe = new Probe
        {
            Handler = new ProbeHandler { Exec = new ExecAction { Command = { "check" } } },
            InitialDelaySeconds = initialDelay, TimeoutSeconds = timeout, PeriodSeconds = period, FailureThreshold = failures, SuccessThreshold = 1,
        };
        if (grace is { } seconds) probe.TerminationGracePeriodSeconds = seconds;
        return probe;
    }

    private sealed class Script : ModelScript
    {
        public int ExecSeconds { get; set; }

        public int ExecCode { get; set; }

        public bool IsStubborn { get; set; }

        public override (int Seconds, int Code)? Exec(string command) => (ExecSeconds, ExecCode);

        public override (int Seconds, int Code)? AtStop(ModelRuntime.Instance instance) => IsStubborn ? null : (0, 0);
    }
}
