using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Watch;

/// <summary>After a round that woke many streams the next one waits, and then each stream finds all that came meanwhile.</summary>
public sealed class WatchHubRestTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MvccStore _store = new();
    private readonly StoreOptions _options = new();
    private readonly WatchHub _hub;

    public WatchHubRestTests()
    {
        _hub = new WatchHub(_options, _time);
        _hub.StartAt(1);
    }

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(49, 0)]
    [InlineData(50, 1000)]
    [InlineData(200, 4000)]
    [InlineData(1000, 10_000)]
    public void Notify_SoManyStreams_WakesThemAgainAfterSoLong(int streams, int microseconds)
    {
        var outboxes = Watch(streams);

        Put("a");
        Assert.All(Waits(outboxes), wait => Assert.True(wait.IsCompletedSuccessfully));
        var waits = Waits(outboxes);
        Put("b");
        Put("c");
        if (microseconds > 0)
        {
            _time.Advance(TimeSpan.FromMicroseconds(microseconds - 1));
            Assert.All(waits, wait => Assert.False(wait.IsCompleted));
            _time.Advance(TimeSpan.FromMicroseconds(1));
        }

        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.All(outboxes, outbox => Assert.Equal(["a", "b", "c"], Taken(outbox)));
        Assert.Equal(0, _time.ArmedTimers - (microseconds > 0 ? 1 : 0));       // it rests from the second round now
    }

    [Fact]
    public void Notify_AfterARestInWhichNothingCame_WakesAtOnce()
    {
        var outboxes = Watch(100);
        Put("a");
        Assert.All(Waits(outboxes), wait => Assert.True(wait.IsCompletedSuccessfully));
        _time.AdvanceToNextTimer();

        var waits = Waits(outboxes);
        Put("b");

        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
    }

    [Fact]
    public void Progress_DuringARest_WakesItsStreamAtOnceBehindItsEvents()
    {
        var outboxes = Watch(100, out var first);
        Put("a");
        Assert.All(Waits(outboxes), wait => Assert.True(wait.IsCompletedSuccessfully));
        var waits = Waits(outboxes);
        Put("b");

        Assert.True(_hub.TryAnnounceProgress(outboxes[0], [first], target: null));

        Assert.True(waits[0].IsCompletedSuccessfully);
        Assert.All(waits.Skip(1), wait => Assert.False(wait.IsCompleted));
        Assert.Equal(["a", "b", ""], Taken(outboxes[0]));
    }

    private static List<ValueTask> Waits(IEnumerable<Outbox> outboxes) => [.. outboxes.Select(outbox => outbox.Bell.WaitAsync())];

    private List<string> Taken(Outbox outbox)
    {
        var taken = new List<Outgoing>();
        _hub.TakeAll(outbox, taken);
        return [.. taken.Select(outgoing => string.Concat(outgoing.Events.Select(one => WatchWorld.Client.Decode(new WatchMessage(new WatchResponse(), [one])).Events[0].Kv.Key.ToStringUtf8())))];
    }

    private List<Outbox> Watch(int streams) => Watch(streams, out _);

    private List<Outbox> Watch(int streams, out Watcher first)
    {
        var watchers = Enumerable.Range(0, streams)
            .Select(_ => new Watcher(new WatchStream(_hub, _store, _options, _time), 0, new WatchCreateRequest { RangeEnd = ByteString.CopyFrom(0) }))
            .ToList();
        foreach (var watcher in watchers) _hub.Add(watcher);
        first = watchers[0];
        return [.. watchers.Select(watcher => watcher.Stream.Outbox)];
    }

    private void Put(string key)
    {
        var batch = _store.Stage();
        batch.Apply(new PutRequest { Key = ByteString.CopyFromUtf8(key) });
        _store.Publish(batch);
        _hub.Notify(batch.Entries);
    }
}
