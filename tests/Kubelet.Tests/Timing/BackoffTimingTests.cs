using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Tests.Model;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Timing;

/// <summary>How long a container is held back, to the second; without jitter every look that retries comes after exactly 10 s.</summary>
public sealed class BackoffTimingTests
{
    [Fact]
    public void Restarts_DiesAtOnceEachTime_Waits0Then10AndDoubleUpTo300()
    {
        using var rig = new TimingRig(Pod(), new Script { DiesAtStart = true });

        rig.Pass(1300);

        Assert.Equal([0, 0, 10, 30, 70, 150, 310, 610, 910, 1210], rig.Happened.Where(e => e.What.StartsWith("start", StringComparison.Ordinal)).Select(e => e.At));
        Assert.Equal([0, 10, 20, 40, 80, 160, 300, 300, 300], Gaps(rig.Happened.Where(e => e.What.StartsWith("start", StringComparison.Ordinal)).Select(e => e.At)));
        Assert.Equal("Back-off restarting failed container c in pod p_ns(uid-1)", rig.Happened.First(e => e.What.StartsWith("event BackOff", StringComparison.Ordinal)).What["event BackOff: ".Length..]);
    }

    [Theory]
    [InlineData(600, 300)]
    [InlineData(601, 0)]
    public void Restarts_RanForAWhile_ForgetsOnlyAfterMoreThanTenMinutes(int ranFor, int heldBack)
    {
        var script = new Script { DiesAtStart = true };
        using var rig = new TimingRig(Pod(), script);
        rig.Pass(609);
        script.DiesAtStart = false;
        rig.Pass(1 + ranFor);
        Assert.Equal([610.0], rig.At("start c 7"));

        rig.Exit("c", 1);
        rig.Pass(300);

        Assert.Equal([610.0 + ranFor + heldBack], rig.At("start c 8"));
        Assert.Equal(heldBack > 0, rig.Happened.Exists(e => e.At >= 610 + ranFor && e.What == "status CrashLoopBackOff"));
    }

    [Fact]
    public void Restarts_SeriesForgotten_BeginsAgainAt10()
    {
        var script = new Script { DiesAtStart = true };
        using var rig = new TimingRig(Pod(), script);
        rig.Pass(609);
        script.DiesAtStart = false;
        rig.Pass(602);
        script.DiesAtStart = true;
        rig.Exit("c", 1);

        rig.Pass(40);

        // At 1211 it died after 601 s: started at once, then after 10 and after 20.
        Assert.Equal([1211, 1221, 1241], rig.Happened.Where(e => e.At > 610 && e.What.StartsWith("start", StringComparison.Ordinal)).Select(e => e.At));
    }

    [Fact]
    public void Restarts_ExitCode0UnderAlways_IsHeldBackJustTheSame()
    {
        using var rig = new TimingRig(Pod(), new Script { DiesAtStart = true, Code = 0 });

        rig.Pass(69);

        Assert.Equal(
            ["0: status ContainerCreating", "0: status Completed", "0: status CrashLoopBackOff", "10: status Completed", "10: status CrashLoopBackOff", "30: status Completed", "30: status CrashLoopBackOff"],
            rig.All("status"));
    }

    [Fact]
    public void Pulls_FailEachTime_Wait10AndDoubleUpTo300AndTheReasonAlternates()
    {
        using var rig = new TimingRig(Pod(), new Script { PullFails = true });

        rig.Pass(1300);

        // The new sandbox brings one more look after a second, and every look after that comes 10 s after the one before.
        Assert.Equal([0, 11, 31, 71, 151, 311, 611, 911, 1211], rig.At("pull c"));
        var statuses = rig.All("status").ToList();
        Assert.Equal(["0: status ContainerCreating", "0: status ErrImagePull", "1: status ImagePullBackOff", "11: status ErrImagePull", "21: status ImagePullBackOff", "31: status ErrImagePull"], statuses[..6]);
        Assert.Equal(rig.At("pull c").Select(at => $"{at}: status ErrImagePull"), statuses.Where(s => s.EndsWith("ErrImagePull", StringComparison.Ordinal)));
        Assert.Equal(0, rig.Status.ContainerStatuses[0].RestartCount);
        Assert.Equal("Pending", rig.Status.Phase);
    }

    // The last failure was at 31, and its 40 s are over at 71; what fails within 600 s of it goes on with 80.
    [Theory]
    [InlineData(100, 80)]
    [InlineData(631, 80)]
    [InlineData(632, 10)]
    public void Pulls_SucceededInBetween_TheSeriesIsForgottenOnlyAfterMoreThanTenMinutes(int failsAgainAt, int heldBack)
    {
        var script = new Script { PullFails = true };
        using var rig = new TimingRig(Pod().With(p => p.Spec.Containers[0].ImagePullPolicy = "Always"), script);
        rig.Pass(70);
        script.PullFails = false;
        rig.Pass(failsAgainAt - 70);
        Assert.Equal([0.0, 11, 31, 71], rig.At("pull c"));

        script.PullFails = true;
        rig.Exit("c", 1);
        rig.Pass(100);

        Assert.Equal([failsAgainAt, failsAgainAt + heldBack], rig.At("pull c").Skip(4).Take(2));
    }

    [Theory]
    [InlineData(0.0, 60)]
    [InlineData(0.5, 75)]
    [InlineData(0.999, 90)]
    public void Resync_NothingHappens_LooksAgainAfter60To90Seconds(double jitter, int seconds)
    {
        using var rig = new TimingRig(Pod(), random: new Jitter(jitter));
        rig.Pass(1);
        rig.Happened.Clear();

        rig.Pass(300);

        Assert.Equal(seconds, rig.At("look").First());
        Assert.All(Gaps(rig.At("look")), gap => Assert.Equal(seconds, gap));
    }

    [Theory]
    [InlineData(0.0, 10)]
    [InlineData(0.5, 13)]
    [InlineData(0.999, 15)]
    public void Retry_PullFailed_LooksAgainAfter10To15Seconds(double jitter, int seconds)
    {
        using var rig = new TimingRig(Pod(), new Script { PullFails = true }, new Jitter(jitter));
        rig.Pass(1);
        rig.Happened.Clear();

        rig.Pass(60);

        // Two looks each time: one before what is done and one after it failed. Moments are seen at the next whole second.
        Assert.Equal(1 + seconds, rig.At("look").First());
        Assert.All(Gaps(rig.At("look").Distinct()), gap => Assert.InRange(gap, seconds - 1, seconds));
    }

    [Fact]
    public void Resync_ManyDraws_StayWithinTheirBounds()
    {
        using var rig = new TimingRig(Pod(), random: new Random(1));
        rig.Pass(1);
        rig.Happened.Clear();

        rig.Pass(20_000);

        var gaps = Gaps(rig.At("look")).ToList();
        Assert.All(gaps, gap => Assert.InRange(gap, 60, 90));
        Assert.True(gaps.Distinct().Count() > 20);
        Assert.InRange(gaps.Average(), 72, 78);
    }

    private static Pod Pod() => A.Pod(A.Container("c", $"{A.Uid}/c:1"));

    private static IEnumerable<double> Gaps(IEnumerable<double> moments) => moments.Zip(moments.Skip(1), (one, next) => next - one);

    private sealed class Script : ModelScript
    {
        public bool DiesAtStart { get; set; }

        public int Code { get; init; } = 1;

        public bool PullFails { get; set; }

        public override int? AtStart(string container) => DiesAtStart ? Code : null;

        public override bool? Pull(string container) => !PullFails;
    }

    private sealed class Jitter(double draw) : Random
    {
        public override double NextDouble() => draw;
    }
}
