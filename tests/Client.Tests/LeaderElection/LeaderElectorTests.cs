using System.ComponentModel.DataAnnotations;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Client.LeaderElection;
using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.Client.Tests.LeaderElection;

public sealed class LeaderElectorTests
{
    private static readonly TimeSpan AttemptPeriod = TimeSpan.FromSeconds(3.2);     // of candidates: 2 s and, here, always 60 % more
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(2);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeLeases _leases = new();

    [Fact]
    public async Task Run_NoLease_MakesItAndLeads()
    {
        using var us = new Candidate("us", _leases, _time);

        await us.UntilLeadsAsync();

        var now = Timestamp.FromDateTimeOffset(_time.GetUtcNow());
        var expected = new LeaseSpec { HolderIdentity = "us", LeaseDurationSeconds = 15, AcquireTime = now, RenewTime = now, LeaseTransitions = 0 };
        Assert.Equal(expected, _leases.Spec);
        Assert.Equal(["get", "create"], _leases.Calls);
        Assert.Equal("Normal LeaderElection Lease/component: us became leader", await us.Events.Recorded.Reader.ReadAsync());
    }

    [Fact]
    public async Task Run_FreeLease_TakesItAtOnce()
    {
        _leases.Put(Held("", seconds: 1, transitions: 4));

        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();

        var now = Timestamp.FromDateTimeOffset(_time.GetUtcNow());
        Assert.Equal(new LeaseSpec { HolderIdentity = "us", LeaseDurationSeconds = 15, AcquireTime = now, RenewTime = now, LeaseTransitions = 5 }, _leases.Spec);
    }

    /// <summary>What a process that died left behind is its own once it is started again under its old name.</summary>
    [Fact]
    public async Task Run_LeaseNamesUs_GoesOnWithItAtOnce()
    {
        _leases.Put(Held("us", transitions: 4));
        var acquired = _leases.Spec!.AcquireTime;

        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();

        Assert.Equal((4, acquired), (_leases.Spec!.LeaseTransitions, _leases.Spec.AcquireTime));
    }

    /// <summary>Whatever the time of day is taken to be: a lease renewed long ago, or yet to be renewed, is one that nobody has been seen to renew.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(-48)]
    public async Task Run_AnothersLeaseThatDoesNotChange_IsTakenAfterItsDuration(int hoursAhead)
    {
        _leases.Put(Held("them", transitions: 4));
        var clock = new WallClock(_time) { Ahead = TimeSpan.FromHours(hoursAhead) };
        using var us = new Candidate("us", _leases, clock);

        var waited = TimeSpan.Zero;
        while (!_leases.Calls.Contains("update"))
        {
            Assert.Equal(AttemptPeriod, await StepAsync());
            waited += AttemptPeriod;
        }
        await us.UntilLeadsAsync();

        Assert.Equal(TimeSpan.FromSeconds(16), waited);     // the first attempt after 15 s
        Assert.Equal(("us", 5), (_leases.Spec!.HolderIdentity, _leases.Spec.LeaseTransitions));
        Assert.Equal(Timestamp.FromDateTimeOffset(clock.GetUtcNow()), _leases.Spec.AcquireTime);
    }

    /// <summary>Their clocks are hours apart, and one jumps meanwhile: the times in the lease mean nothing to the other.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    [InlineData(-3600)]
    public async Task Run_TwoWithSkewedClocks_TheSecondWaitsForAsLongAsTheFirstRenews(int secondsAhead)
    {
        var clock = new WallClock(_time) { Ahead = TimeSpan.FromSeconds(secondsAhead) };
        using var first = new Candidate("first", _leases, _time);
        await first.UntilLeadsAsync();
        using var second = new Candidate("second", _leases, clock);

        for (var seconds = 0; seconds < 120; seconds++)
        {
            if (seconds == 60) clock.Ahead = -clock.Ahead;
            await Task.Run(() => _time.Advance(TimeSpan.FromSeconds(1)));
        }

        Assert.True(first.Leads);
        Assert.False(second.Leads);
        Assert.Equal(("first", 0), (_leases.Spec!.HolderIdentity, _leases.Spec.LeaseTransitions));
    }

    [Fact]
    public async Task Run_Leader_RenewsEachPeriodWithoutReading()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        var acquired = _leases.Spec!.AcquireTime;

        for (var renewal = 1; renewal <= 3; renewal++)
        {
            Assert.Equal(RenewPeriod, await StepAsync());
            Assert.Equal(Timestamp.FromDateTimeOffset(_time.GetUtcNow()), _leases.Spec!.RenewTime);
        }

        Assert.Equal((acquired, 0), (_leases.Spec!.AcquireTime, _leases.Spec.LeaseTransitions));
        Assert.Equal(["get", "create", "update", "update", "update"], _leases.Calls);
    }

    /// <summary>It lost 12 s after its last renewal at the latest, 3 s before anybody else may lead; whether it is refused or not answered at all.</summary>
    [Theory]
    [InlineData("Refused")]
    [InlineData("Hangs")]
    public async Task Run_LeaderCannotRenew_LosesAtItsDeadline(string fate)
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        var renewed = _time.GetUtcNow();
        _leases.FateOf = _ => System.Enum.Parse<FakeLeases.Fate>(fate);

        while (_time.GetUtcNow() - renewed < TimeSpan.FromSeconds(12))
        {
            Assert.True(us.Leads);
            await StepAsync();
        }

        await Assert.ThrowsAsync<LeadershipLostException>(() => us.Run.OrMissing("the loss"));
        Assert.Equal(TimeSpan.FromSeconds(12), _time.GetUtcNow() - renewed);
        Assert.False(us.Leads);
        Assert.Equal("us", _leases.Spec!.HolderIdentity);
    }

    [Fact]
    public async Task Run_LeaderFindsAnother_LosesAtOnce()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        _leases.Put(Held("them"));

        await StepAsync();

        await Assert.ThrowsAsync<LeadershipLostException>(() => us.Run.OrMissing("the loss"));
        Assert.False(us.Leads);
        Assert.Equal("them", _leases.Spec!.HolderIdentity);
    }

    [Fact]
    public async Task Run_LeaderFindsTheLeaseGone_MakesItAnewAndGoesOn()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        _leases.Put(null);

        await StepAsync();

        Assert.True(us.Leads);
        Assert.Equal("us", _leases.Spec!.HolderIdentity);
        Assert.Equal(["get", "create", "update", "get", "create"], _leases.Calls);
    }

    /// <summary>The write is in and its reply is lost: the next finds its own name there and goes on.</summary>
    [Fact]
    public async Task Run_ReplyOfARenewalIsLost_GoesOn()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        var lose = true;
        _leases.FateOf = verb => lose && verb == "update" ? FakeLeases.Fate.ReplyLost : FakeLeases.Fate.Answered;
        await StepAsync();
        lose = false;

        Assert.Equal(RenewPeriod, await StepAsync());

        Assert.True(us.Leads);
        Assert.Equal(0, _leases.Spec!.LeaseTransitions);
        Assert.Equal(["get", "create", "update", "update", "get", "update"], _leases.Calls);
    }

    /// <summary>The reply to the taking is lost: the lease is ours all the same, and found to be at the next attempt.</summary>
    [Fact]
    public async Task Run_ReplyOfTheTakingIsLost_LeadsAtTheNextAttempt()
    {
        _leases.Put(Held("", seconds: 1));
        var lose = true;
        _leases.FateOf = verb => lose && verb == "update" ? FakeLeases.Fate.ReplyLost : FakeLeases.Fate.Answered;
        using var us = new Candidate("us", _leases, _time);
        Assert.False(us.Leads);
        lose = false;

        Assert.Equal(AttemptPeriod, await StepAsync());
        await us.UntilLeadsAsync();

        Assert.Equal(1, _leases.Spec!.LeaseTransitions);
    }

    /// <summary>Both have seen that it is free; the version lets one of them write.</summary>
    [Fact]
    public async Task Run_TwoTakeItAtOnce_OneGetsIt()
    {
        _leases.Put(Held("", seconds: 1));
        Candidate? other = null;
        _leases.AfterRead = () =>
        {
            _leases.AfterRead = () => { };
            other = new Candidate("other", _leases, _time);
        };

        using var us = new Candidate("us", _leases, _time);
        using var winner = other!;
        await winner.UntilLeadsAsync();

        Assert.False(us.Leads);
        Assert.Equal("other", _leases.Spec!.HolderIdentity);
        Assert.Equal(["get", "get", "update", "update"], _leases.Calls);
    }

    [Fact]
    public async Task Run_NoLeaseAndRefusals_TriesAgainSoon()
    {
        _leases.FateOf = verb => verb == "create" ? FakeLeases.Fate.Refused : FakeLeases.Fate.Answered;
        using var us = new Candidate("us", _leases, _time);
        _leases.FateOf = _ => FakeLeases.Fate.Answered;

        Assert.Equal(TimeSpan.FromMilliseconds(200), await StepAsync());

        await us.UntilLeadsAsync();
    }

    [Fact]
    public async Task Run_LeaderIsStopped_EndsTheWorkAndThenGivesTheLeaseBack()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        using var next = new Candidate("next", _leases, _time);
        var holder = "";
        us.BeforeEnd = () => holder = _leases.Spec!.HolderIdentity;

        await us.StopAsync();
        await us.Run.OrMissing("the end");
        var released = _leases.Spec!;
        Assert.Equal(AttemptPeriod, await StepAsync());
        await next.UntilLeadsAsync();

        Assert.Equal("us", holder);
        Assert.Equal(("", 1, 0), (released.HolderIdentity, released.LeaseDurationSeconds, released.LeaseTransitions));
        Assert.Equal(("next", 1), (_leases.Spec!.HolderIdentity, _leases.Spec.LeaseTransitions));
    }

    [Fact]
    public async Task Run_ReleaseIsRefused_EndsAllTheSame()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();
        _leases.FateOf = _ => FakeLeases.Fate.Refused;

        await us.StopAsync();

        await us.Run.OrMissing("the end");
        Assert.Equal("us", _leases.Spec!.HolderIdentity);
    }

    [Fact]
    public async Task Run_WorkFails_GivesTheLeaseBackAndThrows()
    {
        using var us = new Candidate("us", _leases, _time);
        await us.UntilLeadsAsync();

        us.Finish(new InvalidOperationException("broken"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => us.Run.OrMissing("the end"));
        Assert.Equal("broken", failure.Message);
        Assert.Equal("", _leases.Spec!.HolderIdentity);
    }

    [Fact]
    public async Task Run_StoppedWhileItStandsBy_EndsWithoutHavingLed()
    {
        _leases.Put(Held("them"));
        using var us = new Candidate("us", _leases, _time);

        await us.StopAsync();

        await us.Run.OrMissing("the end");
        Assert.False(us.Leads);
        Assert.Equal(["get"], _leases.Calls);
    }

    [Fact]
    public async Task Run_NoElection_WorksWithoutALease()
    {
        using var us = new Candidate("us", _leases, _time, options => options.LeaderElect = false);
        await us.UntilLeadsAsync();

        await us.StopAsync();

        await us.Run.OrMissing("the end");
        Assert.Empty(_leases.Calls);
    }

    [Fact]
    public void Identity_NotGiven_IsHostAndUuid()
    {
        using var one = new Candidate("us", _leases, _time, options => (options.LeaderElect, options.LeaderElectIdentity) = (false, null));

        Assert.Matches($"^{Environment.MachineName}_[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$", one.Identity);
    }

    [Fact]
    public void Options_Defaults_AreKubernetes()
    {
        var options = new LeaderElectionOptions();

        Assert.Equal((true, 15, 10, 2, "kube-system"), (
            options.LeaderElect, options.LeaderElectLeaseDuration.TotalSeconds, options.LeaderElectRenewDeadline.TotalSeconds, options.LeaderElectRetryPeriod.TotalSeconds,
            options.LeaderElectResourceNamespace));
        Assert.Empty(options.Validate(new ValidationContext(options)));
    }

    [Theory]
    [InlineData(10, 10, 2, "must be greater than the renew deadline")]
    [InlineData(15, 10, 9, "must be greater than 1.2 times the retry period")]
    [InlineData(15, 10, 0, "must be greater than zero")]
    [InlineData(0.5, 0.4, 0.1, "must be one second at least")]
    public void Options_FiguresThatLeaveNoTime_AreRefused(double duration, double deadline, double retry, string why)
    {
        var options = new LeaderElectionOptions
        {
            LeaderElectLeaseDuration = TimeSpan.FromSeconds(duration),
            LeaderElectRenewDeadline = TimeSpan.FromSeconds(deadline),
            LeaderElectRetryPeriod = TimeSpan.FromSeconds(retry),
        };

        Assert.Equal([why], options.Validate(new ValidationContext(options)).Select(fault => fault.ErrorMessage));
    }

    [Fact]
    public void Options_NoElection_FiguresAreNotLookedAt()
    {
        var options = new LeaderElectionOptions { LeaderElect = false, LeaderElectRetryPeriod = TimeSpan.Zero, LeaderElectResourceNamespace = "" };

        Assert.Empty(options.Validate(new ValidationContext(options)));
    }

    [Fact]
    public void Options_NoNamespace_IsRefused()
    {
        var options = new LeaderElectionOptions { LeaderElectResourceNamespace = "" };

        Assert.Equal(["is required"], options.Validate(new ValidationContext(options)).Select(fault => fault.ErrorMessage));
    }

    // Moves the clock to what comes next. On a thread of its own, where an elector's step is over when the clock has been moved.
    private Task<TimeSpan> StepAsync() => Task.Run(_time.AdvanceToNextTimer);

    private LeaseSpec Held(string holder, int seconds = 15, int transitions = 0)
    {
        var longAgo = Timestamp.FromDateTimeOffset(_time.GetUtcNow() - TimeSpan.FromDays(1));
        return new LeaseSpec { HolderIdentity = holder, LeaseDurationSeconds = seconds, AcquireTime = longAgo, RenewTime = longAgo, LeaseTransitions = transitions };
    }
}
