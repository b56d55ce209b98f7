using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Tests.Model;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Timing;

/// <summary>When hooks begin and are given up, when signals go out and when the kill comes, to the second. Each pod is deleted at second 100.</summary>
public sealed class StopTimingTests
{
    private readonly Script _script = new();

    [Theory]
    [InlineData(50, true, "100: stop c|140: signal c 10|150: kill c")]
    [InlineData(50, false, "100: stop c|140: signal c 10|140: end c 0")]
    [InlineData(30, true, "100: stop c|130: abandon c|130: signal c 2|132: kill c")]
    [InlineData(30, false, "100: stop c|130: abandon c|130: signal c 2|130: end c 0")]
    [InlineData(40, true, "100: stop c|140: abandon c|140: signal c 2|142: kill c")]
    [InlineData(41, true, "100: stop c|140: signal c 2|142: kill c")]
    [InlineData(43, true, "100: stop c|140: signal c 3|143: kill c")]
    [InlineData(1, true, "100: stop c|101: abandon c|101: signal c 2|103: kill c")]
    public void PreStop_Takes40Seconds_TheGraceDecides(int grace, bool isStubborn, string wanted)
    {
        _script.Stubborn = isStubborn ? ["c"] : [];
        using var rig = RunningFor100(Pod(PreStop(40)));

        rig.Delete(grace);
        rig.Pass(60);

        Assert.Equal(wanted.Split('|'), rig.All("stop", "abandon", "signal", "kill", "end"));
        Assert.DoesNotContain(rig.Happened, e => e.What.StartsWith("event FailedPreStopHook", StringComparison.Ordinal));
        Assert.Null(rig.Api.Stored);
    }

    [Fact]
    public void PreStop_SleepAction_CountsAgainstTheGraceLikeACommand()
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod(new LifecycleHandler { Sleep = new SleepAction { Seconds = 40 } }));

        rig.Delete(50);
        rig.Pass(60);

        Assert.Equal(["140: signal c 10", "150: kill c"], rig.All("signal", "kill"));
    }

    // Grace, then what is left of it when a kubelet, which was away for that long, finds the pod: at least 1 s, and 2 s before the kill.
    [Theory]
    [InlineData(30, 0, 10, "110: signal c 20|130: kill c")]
    [InlineData(30, 5, 10, "115: signal c 15|130: kill c")]
    [InlineData(30, 0, 28, "128: signal c 2|130: kill c")]
    [InlineData(30, 0, 29, "129: signal c 2|131: kill c")]
    [InlineData(30, 0, 30, "130: signal c 2|132: kill c")]
    [InlineData(30, 0, 500, "600: signal c 2|602: kill c")]
    [InlineData(300, 100, 50, "250: signal c 150|400: kill c")]
    [InlineData(1, 0, 7, "107: signal c 2|109: kill c")]
    public void Delete_KubeletAwayInTheMiddle_TheStopEndsWhenItWouldHave(int grace, int before, int away, string wanted)
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod());
        rig.Api.Delete(grace);
        if (before > 0) rig.Delete(grace);
        rig.Pass(before > 0 ? before : 0);

        rig.RestartKubelet(away);
        rig.Pass(grace + 5);

        // What went out before the restart is not sent again: the runtime remembers it.
        Assert.Equal(before > 0 ? wanted.Split('|')[1] : wanted, string.Join('|', rig.All("signal", "kill").Where(e => !e.StartsWith("100:", StringComparison.Ordinal))));
        Assert.Null(rig.Api.Stored);
    }

    [Fact]
    public void Delete_KubeletAwayInTheMiddle_ThePreStopHookRunsAgainWithinWhatIsLeft()
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod(PreStop(40)));
        rig.Delete(50);
        rig.Pass(10);

        rig.RestartKubelet(5);
        rig.Pass(60);

        Assert.Equal(["100: stop c", "110: abandon c", "115: stop c", "150: abandon c", "150: signal c 2", "152: kill c"], rig.All("stop", "abandon", "signal", "kill"));
    }

    // The second delete's grace counts from the first one; one that is longer changes nothing.
    [Theory]
    [InlineData(30, 10, 15, 115)]
    [InlineData(30, 10, 5, 112)]
    [InlineData(30, 10, 1, 112)]
    [InlineData(30, 10, 60, 130)]
    [InlineData(30, 29, 29, 130)]
    [InlineData(300, 100, 150, 250)]
    public void Delete_SecondOneShorter_TheKillComesEarlier(int first, int after, int second, int killed)
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod());
        rig.Delete(first);
        rig.Pass(after);

        rig.Delete(second, shortens: second < first);
        rig.Pass(first);

        Assert.Equal([(double)killed], rig.At("kill c"));
        Assert.Single(rig.All("signal"));
    }

    [Fact]
    public void Delete_SecondOneShorterWhileTheHookRuns_TheHookIsGivenUpEarlier()
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod(PreStop(40)));
        rig.Delete(50);
        rig.Pass(10);

        rig.Delete(20);
        rig.Pass(60);

        Assert.Equal(["100: stop c", "120: abandon c", "120: signal c 2", "122: kill c"], rig.All("stop", "abandon", "signal", "kill"));
    }

    [Fact]
    public void Delete_KubeletAwayAndThenASecondOneShorter_CountsFromTheFirstRequest()
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod());
        rig.Delete(100);
        rig.Pass(10);
        rig.RestartKubelet(40);

        rig.Delete(60, shortens: true);
        rig.Pass(60);

        Assert.Equal([160.0], rig.At("kill c"));
    }

    [Fact]
    public void Delete_WithSidecars_EachWaitsItsTurnAndUsesUpTheGraceMeanwhile()
    {
        _script.Slow = new() { ["c"] = 10, ["s1"] = 4 };
        _script.Stubborn = ["s0"];
        using var rig = RunningFor100(Pod().Init(Sidecar("s0"), Sidecar("s1")));

        rig.Delete(30);
        rig.Pass(60);

        Assert.Equal(["100: signal c 30", "110: end c 0", "110: signal s1 20", "114: end s1 0", "114: signal s0 16", "130: kill s0"], rig.All("signal", "end", "kill"));
        // Their hooks and events do not wait.
        Assert.Equal([100.0, 100.0, 100.0], rig.Happened.Where(e => e.What.StartsWith("event Killing", StringComparison.Ordinal)).Select(e => e.At));
    }

    [Fact]
    public void Delete_MainUsesUpTheGrace_SidecarsAreAllSignalledThenWithTwoSeconds()
    {
        _script.Stubborn = ["c", "s0", "s1"];
        using var rig = RunningFor100(Pod().Init(Sidecar("s0"), Sidecar("s1")));

        rig.Delete(30);
        rig.Pass(60);

        Assert.Equal(["100: signal c 30", "130: kill c", "130: signal s0 2", "130: signal s1 2", "132: kill s0", "132: kill s1"], rig.All("signal", "kill").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void MainsDone_SidecarIsStopped_WithTheWholeGraceOfThePod()
    {
        _script.Stubborn = ["s0"];
        using var rig = RunningFor100(Pod().RestartPolicy("Never").Init(Sidecar("s0")));

        rig.Exit("c", 0);
        rig.Pass(60);

        Assert.Equal(["100: end c 0", "100: signal s0 30", "130: kill s0"], rig.All("signal", "end", "kill"));
        Assert.Equal("Succeeded", rig.Status.Phase);
    }

    [Fact]
    public void MainsDone_DeletedWhileTheSidecarIsStopped_TheDeletesShorterGraceCountsFromThen()
    {
        _script.Stubborn = ["s0"];
        using var rig = RunningFor100(Pod().RestartPolicy("Never").Init(Sidecar("s0")).With(p => p.Spec.TerminationGracePeriodSeconds = 300));
        rig.Exit("c", 0);
        rig.Pass(50);

        rig.Delete(20, shortens: true);
        rig.Pass(60);

        Assert.Equal(["100: end c 0", "100: signal s0 300", "170: kill s0"], rig.All("signal", "end", "kill"));
        Assert.Null(rig.Api.Stored);
    }

    [Fact]
    public void Delete_WhileAProbesKillIsUnderWay_NothingIsStartedAfterIt()
    {
        _script.Stubborn = ["c"];
        using var rig = RunningFor100(Pod().With(p => p.Spec.Containers[0].LivenessProbe = new Probe
        {
            Handler = new ProbeHandler { Exec = new ExecAction { Command = { "check" } } }, PeriodSeconds = 10, FailureThreshold = 1, SuccessThreshold = 1, TimeoutSeconds = 1,
        }));
        _script.Code = 1;
        rig.Pass(20);
        Assert.Equal(["110: signal c 30"], rig.All("signal"));

        rig.Delete(30);
        rig.Pass(60);

        Assert.Equal(["0: start c 0", "140: kill c", "140: gone"], rig.All("start", "kill", "gone"));
    }

    private TimingRig RunningFor100(Pod pod)
    {
        var rig = new TimingRig(pod, _script);
        rig.Pass(100);
        return rig;
    }

    private static Pod Pod(LifecycleHandler? preStop = null)
    {
        var container = A.Container("c", $"{A.Uid}/c:1");
        if (preStop is not null) container.Lifecycle = new Lifecycle { PreStop = preStop };
        return A.Pod(container);
    }

    private static Container Sidecar(string name)
    {
        var sidecar = A.Sidecar(name);
        sidecar.Image = $"{A.Uid}/{name}:1";
        return sidecar;
    }

    private LifecycleHandler PreStop(int seconds)
    {
        _script.HookSeconds = seconds;
        return new LifecycleHandler { Exec = new ExecAction { Command = { "stop" } } };
    }

    private sealed class Script : ModelScript
    {
        public int HookSeconds { get; set; }

        public string[] Stubborn { get; set; } = [];

        public Dictionary<string, int> Slow { get; set; } = [];

        public int Code { get; set; }

        public override (int Seconds, int Code)? Exec(string command) => (HookSeconds, Code);

        public override (int Seconds, int Code)? AtStop(ModelRuntime.Instance instance) =>
            Stubborn.Contains(instance.Status.Name) ? null : (Slow.GetValueOrDefault(instance.Status.Name), 0);
    }
}
