using MiniK8s.Client.Informers;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Explain;

public sealed class AttemptLogTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly PluginSet _plugins = A.DefaultProfile(new FakeApiClient()).Plugins;
    private readonly Snapshot _snapshot = new([.. Enumerable.Range(0, 50).Select(i => A.Node($"n{i}").Info())]);

    [Fact]
    public void Add_MoreThanAreKept_ForgetsTheOldest()
    {
        var log = new AttemptLog(new AttemptLogOptions { MaxAttempts = 3 }, _time);

        for (var i = 0; i < 5; i++) Add(log, $"p{i}");

        Assert.Equal([false, false, true, true, true], Enumerable.Range(0, 5).Select(i => log.Find(Key($"p{i}")) is not null));
        Assert.Equal(3, log.Count);
    }

    [Fact]
    public void Add_PodAgain_TakesThePlaceOfItsLastAndIsTheNewest()
    {
        var log = new AttemptLog(new AttemptLogOptions { MaxAttempts = 2 }, _time);
        Add(log, "a");
        Add(log, "b");

        var again = Add(log, "a");
        Add(log, "c");

        Assert.Same(again, log.Find(Key("a")));
        Assert.Null(log.Find(Key("b")));
        Assert.Equal(2, log.Count);
    }

    [Fact]
    public void Add_MoreBytesThanAreKept_ForgetsTheOldest()
    {
        var probe = new AttemptLog(new AttemptLogOptions(), _time);
        Add(probe, "p0");
        var first = probe.Bytes;
        Add(probe, "p1");
        var next = probe.Bytes - first;
        var log = new AttemptLog(new AttemptLogOptions { MaxBytes = first + 2 * next }, _time);

        for (var i = 0; i < 6; i++) Add(log, $"p{i}");

        // What the first did not share it takes along: one more fits then.
        Assert.InRange(log.Count, 3, 4);
        Assert.True(log.Bytes <= first + 2 * next);
        Assert.NotNull(log.Find(Key("p5")));
        Assert.Null(log.Find(Key("p0")));
    }

    [Fact]
    public void Add_OneLargerThanAll_IsKeptAlone()
    {
        var log = new AttemptLog(new AttemptLogOptions { MaxBytes = 1 }, _time);

        Add(log, "a");
        Add(log, "b");

        Assert.NotNull(log.Find(Key("b")));
        Assert.Equal(1, log.Count);
    }

    [Fact]
    public void Bytes_ListOfNodes_CountsOnceForAllThatShareIt()
    {
        var log = new AttemptLog(new AttemptLogOptions { MaxAttempts = 2 }, _time);
        Add(log, "a");
        Add(log, "b");
        var before = log.Bytes;

        // Other lists of 1,000 names, each for one attempt; then the first list again.
        for (var i = 0; i < 4; i++) Add(log, $"c{i}", new Snapshot([.. Enumerable.Range(0, 1000).Select(n => A.Node($"m{n}").Cordoned().Info())]));
        var during = log.Bytes;
        Add(log, "d");
        Add(log, "e");

        Assert.InRange(during - before, 2 * 8 * 950, 2 * 8 * 1050);
        Assert.InRange(log.Bytes - before, -500, 500);
    }

    [Fact]
    public void Bytes_EndedAndForgotten_AreGivenBack()
    {
        var log = new AttemptLog(new AttemptLogOptions { MaxAttempts = 1 }, _time);
        Add(log, "warm");
        Add(log, "a");
        var before = log.Bytes;

        var long1 = Add(log, "b");
        log.End(long1, AttemptOutcome.Rejected(new string('x', 1000)));
        var ended = log.Bytes;
        log.End(long1, AttemptOutcome.Rejected(new string('x', 10)));
        Add(log, "c");
        log.End(long1, AttemptOutcome.Rejected(new string('x', 1000)));

        Assert.Equal((before + 2000, before), (ended, log.Bytes));
    }

    [Fact]
    public void End_Attempt_HasItsTimes()
    {
        var log = new AttemptLog(new AttemptLogOptions(), _time);
        var queued = new QueuedPod(A.Pod().Info(), _time.GetUtcNow(), 1) { Attempts = 4 };
        _time.Advance(TimeSpan.FromSeconds(3));
        var trial = log.Begin(queued, _plugins);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        var attempt = log.Add(trial, _snapshot, new Decision.Place("n1"));
        _time.Advance(TimeSpan.FromMilliseconds(5));

        log.End(attempt, AttemptOutcome.Bound("DefaultBinder"));

        Assert.Equal((4, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(2)), (attempt.Number, attempt.Queued, attempt.DecidedAfter));
        Assert.Equal(new AttemptOutcome(AttemptResult.Bound, "DefaultBinder") { After = TimeSpan.FromMilliseconds(7) }, attempt.Outcome);
    }

    private static ObjectKey Key(string pod) => new("default", pod);

    private Attempt Add(AttemptLog log, string pod, Snapshot? snapshot = null)
    {
        var trial = log.Begin(new QueuedPod(A.Pod(pod).Info(), _time.GetUtcNow(), 1), _plugins);
        return log.Add(trial, snapshot ?? _snapshot, new Decision.Place("n1"));
    }
}
