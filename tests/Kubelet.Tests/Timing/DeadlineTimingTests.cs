using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Tests.Model;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Timing;

/// <summary>activeDeadlineSeconds: counted from status.startTime, whatever the pod is at; what runs is then stopped with its grace.</summary>
public sealed class DeadlineTimingTests
{
    private const string Event = "event DeadlineExceeded: Pod was active on the node longer than the specified deadline";

    [Theory]
    [InlineData("Always")]
    [InlineData("OnFailure")]
    [InlineData("Never")]
    public void Running_DeadlineComes_IsSignalledThenAndFailsOnceItHasEnded(string policy)
    {
        using var rig = new TimingRig(Pod(90).RestartPolicy(policy), new Script { IsStubborn = true });

        rig.Pass(200);

        Assert.Equal(["90: signal c 30", "120: kill c"], rig.All("signal", "kill"));
        Assert.Equal([90.0], rig.At(Event));
        Assert.Equal([120.0], rig.At("status Failed DeadlineExceeded"));
        Assert.Equal("Pod was active on the node longer than the specified deadline", rig.Status.Message);
    }

    [Fact]
    public void Pulling_DeadlineComesWhileHeldBack_FailsAtThatSecond()
    {
        using var rig = new TimingRig(Pod(25), new Script { PullFails = true });

        rig.Pass(60);

        Assert.Equal([0.0, 11.0], rig.At("pull c"));
        Assert.Equal([25.0], rig.At("status Failed DeadlineExceeded"));
        Assert.Empty(rig.All("signal", "start"));
    }

    [Fact]
    public void CrashLooping_DeadlineComesWhileHeldBack_FailsAtThatSecond()
    {
        using var rig = new TimingRig(Pod(65), new Script { DiesAtStart = true });

        rig.Pass(200);

        Assert.Equal([0, 0, 10, 30], rig.Happened.Where(e => e.What.StartsWith("start", StringComparison.Ordinal)).Select(e => e.At));
        Assert.Equal([65.0], rig.At("status Failed DeadlineExceeded"));
    }

    [Fact]
    public void Initialising_DeadlineComes_TheInitContainerIsStopped()
    {
        using var rig = new TimingRig(Pod(20).Init(A.Container("i", $"{A.Uid}/i:1")));

        rig.Pass(60);

        Assert.Equal(["0: start i 0", "20: signal i 30"], rig.All("start", "signal"));
        Assert.Equal([20.0], rig.At("status Failed DeadlineExceeded"));
    }

    [Fact]
    public void KubeletRestarted_DeadlineStillCountsFromTheFirstStart()
    {
        using var rig = new TimingRig(Pod(90));
        rig.Pass(50);

        rig.RestartKubelet(20);
        rig.Pass(60);

        Assert.Equal(["90: signal c 30"], rig.All("signal"));
    }

    [Fact]
    public void KubeletAwayOverTheDeadline_StopsAtOnceWhenItIsBack()
    {
        using var rig = new TimingRig(Pod(90));
        rig.Pass(50);

        rig.RestartKubelet(100);
        rig.Pass(10);

        Assert.Equal(["150: signal c 30"], rig.All("signal"));
        Assert.Equal([150.0], rig.At("status Failed DeadlineExceeded"));
    }

    [Fact]
    public void EndedBefore_DeadlineNoLongerMatters()
    {
        using var rig = new TimingRig(Pod(90).RestartPolicy("Never"));
        rig.Pass(89);

        rig.Exit("c", 0);
        rig.Pass(60);

        Assert.Equal([89.0], rig.At("status Succeeded"));
        Assert.Equal("", rig.Status.Reason);
    }

    private static Pod Pod(int deadline) => A.Pod(A.Container("c", $"{A.Uid}/c:1")).With(p => p.Spec.ActiveDeadlineSeconds = deadline);

    private sealed class Script : ModelScript
    {
        public bool IsStubborn { get; init; }

        public bool PullFails { get; init; }

        public bool DiesAtStart { get; init; }

        public override bool? Pull(string container) => !PullFails;

        public override int? AtStart(string container) => DiesAtStart ? 1 : null;

        public override (int Seconds, int Code)? AtStop(ModelRuntime.Instance instance) => IsStubborn ? null : (0, 0);
    }
}
