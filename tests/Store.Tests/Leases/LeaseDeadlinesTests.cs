using MiniK8s.Store.Leases;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Leases;

/// <summary>The table of transitions, row by row, on a clock that only the test moves.</summary>
public sealed class LeaseDeadlinesTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);       // by which everything is late on purpose

    private readonly ManualTimeProvider _time = new();
    private readonly LeaseDeadlines _deadlines;

    public LeaseDeadlinesTests() => _deadlines = new LeaseDeadlines(_time);

    [Fact]
    public void TakeDue_OfALeaseNobodyKeepsAlive_TakesItAfterItsTtlAndNotBefore()
    {
        Grant(1, 5);

        Pass(TimeSpan.FromSeconds(5));
        Assert.Empty(_deadlines.TakeDue(10));
        Assert.Equal(TimeSpan.Zero, _deadlines.Remaining(1));

        Pass(Moment);
        Assert.Equal([1], _deadlines.TakeDue(10));
        Assert.Empty(_deadlines.TakeDue(10));
    }

    [Fact]
    public async Task KeepAlive_OfALiveLease_BeginsItsTtlAnew()
    {
        Grant(1, 5);
        Pass(TimeSpan.FromSeconds(4));

        Assert.Equal(5, await KeepAliveAsync(1));

        Assert.Equal(TimeSpan.FromSeconds(5), _deadlines.Remaining(1));
        Pass(TimeSpan.FromSeconds(5));
        Assert.Empty(_deadlines.TakeDue(10));
        Pass(Moment);
        Assert.Equal([1], _deadlines.TakeDue(10));
    }

    [Fact]
    public async Task KeepAlive_OfAnOverdueLeaseNotTakenYet_SavesIt()
    {
        Grant(1, 5);
        Pass(TimeSpan.FromSeconds(7));

        Assert.Equal(5, await KeepAliveAsync(1));

        Assert.Empty(_deadlines.TakeDue(10));
    }

    [Fact]
    public void Renew_AfterASlowStart_BeginsEveryTtlAnew()
    {
        Grant(1, 5);
        Grant(2, 3);
        Pass(TimeSpan.FromSeconds(2));

        _deadlines.Renew();

        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3)), (_deadlines.Remaining(1), _deadlines.Remaining(2)));
        Pass(TimeSpan.FromSeconds(3) + Moment);
        Assert.Equal([2], _deadlines.TakeDue(10));
    }

    [Fact]
    public async Task KeepAlive_OfAnUnknownLease_IsZero() => Assert.Equal(0, await KeepAliveAsync(1));

    [Fact]
    public async Task KeepAlive_WhileTheLeaseEnds_WaitsAndHearsThatItIsGone()
    {
        Grant(1, 2);
        Pass(TimeSpan.FromSeconds(3));
        _deadlines.TakeDue(10);

        var answer = KeepAliveAsync(1);
        Assert.False(answer.IsCompleted);
        _deadlines.Follow([new LeaseRevokeEntry(1)]);

        Assert.Equal(0, await answer.OrMissing("the answer"));
        _deadlines.Release(1);
        Assert.Equal(0, _deadlines.Count);
    }

    [Fact]
    public async Task KeepAlive_WhileARevocationFails_WaitsAndSavesIt()
    {
        Grant(1, 3);
        Pass(TimeSpan.FromSeconds(4));
        _deadlines.TakeDue(10);

        var answer = KeepAliveAsync(1);
        Assert.False(answer.IsCompleted);
        _deadlines.Release(1);

        Assert.Equal(3, await answer.OrMissing("the answer"));
        Assert.Equal(TimeSpan.FromSeconds(3), _deadlines.Remaining(1));
    }

    [Fact]
    public void Release_OfALease_MakesItDueAgainInASecond()
    {
        Grant(1, 3);
        Pass(TimeSpan.FromSeconds(4));
        _deadlines.TakeDue(10);
        _deadlines.Release(1);

        Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(_deadlines.TakeDue(10));
        Pass(Moment);
        Assert.Equal([1], _deadlines.TakeDue(10));
    }

    [Fact]
    public void Follow_ALeaseRevokedAndGrantedAgain_KnowsTheLaterOne()
    {
        Grant(1, 2);
        Pass(TimeSpan.FromSeconds(3));
        _deadlines.TakeDue(10);

        _deadlines.Follow([new LeaseRevokeEntry(1), new LeaseGrantEntry(1, 60)]);
        _deadlines.Release(1);

        Assert.Equal((1, TimeSpan.FromSeconds(60)), (_deadlines.Count, _deadlines.Remaining(1)));
    }

    [Fact]
    public void TakeDue_OfMoreThanTheLimit_TakesTheMostOverdueFirst()
    {
        foreach (var ttl in (long[])[5, 3, 9, 2, 4]) Grant(ttl, ttl);
        Pass(TimeSpan.FromSeconds(20));

        Assert.Equal([2, 3], _deadlines.TakeDue(2));
        Assert.Equal([4, 5, 9], _deadlines.TakeDue(10));
    }

    [Fact]
    public void Start_AfterARestart_GivesEveryLeaseItsFullTtl()
    {
        var table = LeaseTable.Empty.With(1, 5).With(2, 7);
        _time.Advance(TimeSpan.FromHours(1));

        _deadlines.Start(table.All);

        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7)), (_deadlines.Remaining(1), _deadlines.Remaining(2)));
    }

    [Fact]
    public async Task Clock_OnTheWall_IsNeverAsked()
    {
        var time = new TimeWithoutWallClock();
        var deadlines = new LeaseDeadlines(time);
        deadlines.Start(LeaseTable.Empty.With(1, 5).All);

        time.Pass(TimeSpan.FromSeconds(4));
        deadlines.Beat();
        Assert.Equal(5, await deadlines.KeepAliveAsync(1, CancellationToken.None));
        time.Pass(TimeSpan.FromSeconds(5) + Moment);

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(1)), (deadlines.Remaining(1), deadlines.UntilNext()));
        Assert.Equal([1], deadlines.TakeDue(1));
    }

    [Fact]
    public void Remaining_OfTheLongestLease_IsExact()
    {
        Grant(1, LeaseTerms.MaxTtl);
        Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(LeaseTerms.MaxTtl - 1), _deadlines.Remaining(1));
    }

    // pause in ms, when nothing may end yet after it, when it may
    [Theory]
    [InlineData(450, 0, 1)]
    [InlineData(500, 499, 500)]
    [InlineData(800, 799, 800)]
    [InlineData(60_000, 999, 1000)]
    public void TakeDue_AfterThePauseOfTheProcess_WaitsForTheSignsOfLifeThatQueued(int pause, int held, int free)
    {
        Grant(1, 2);
        Pass(TimeSpan.FromMilliseconds(2099));

        _time.Advance(TimeSpan.FromMilliseconds(pause));        // no beat meanwhile
        _deadlines.Beat();

        if (held > 0)
        {
            Pass(TimeSpan.FromMilliseconds(held));
            Assert.Empty(_deadlines.TakeDue(10));
        }
        Pass(TimeSpan.FromMilliseconds(free - held));
        Assert.Equal([1], _deadlines.TakeDue(10));
    }

    [Theory]
    [InlineData(1000, 250)]     // nothing soon: a beat
    [InlineData(3, 250)]
    [InlineData(2, 200)]        // 1.9 s have passed: 100 ms, and those for the answer's way
    public void UntilNext_IsTheNextDeadlineOrABeat(long ttl, int milliseconds)
    {
        Grant(1, ttl);
        Pass(TimeSpan.FromMilliseconds(1900));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), _deadlines.UntilNext());
    }

    [Fact]
    public void UntilNext_WhenALeaseIsOverdue_IsNotZero()
    {
        Grant(1, 2);
        Pass(TimeSpan.FromSeconds(9));

        Assert.Equal(TimeSpan.FromMilliseconds(1), _deadlines.UntilNext());
    }

    private Task<long> KeepAliveAsync(long id) => _deadlines.KeepAliveAsync(id, CancellationToken.None).AsTask();

    private void Grant(long id, long ttl) => _deadlines.Follow([new LeaseGrantEntry(id, ttl)]);

    // The clock moves on with the process running.
    private void Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= LeaseDeadlines.BeatInterval)
        {
            _time.Advance(left < LeaseDeadlines.BeatInterval ? left : LeaseDeadlines.BeatInterval);
            _deadlines.Beat();
        }
    }

    private sealed class TimeWithoutWallClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;

        public override DateTimeOffset GetUtcNow() => throw new NotSupportedException("the wall clock may jump");
    }
}
