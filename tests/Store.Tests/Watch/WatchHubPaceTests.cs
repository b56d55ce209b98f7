using Google.Protobuf;

using MiniK8s.Hosting.Waking;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Watch;

/// <summary>Streams beyond the first few are woken later, and then each finds all that came meanwhile.</summary>
public sealed class WatchHubPaceTests
{
    private readonly Queue<IThreadPoolWorkItem> _queue = [];
    private readonly MvccStore _store = new();
    private readonly StoreOptions _options = new();
    private readonly WatchHub _hub;

    public WatchHubPaceTests()
    {
        _hub = new WatchHub(_options, new WakePace(_queue.Enqueue));
        _hub.StartAt(1);
    }

    [Fact]
    public void Notify_ManyStreams_AreWokenInTurnAndFindWhatCameMeanwhile()
    {
        var outboxes = Watch(200);
        var waits = Waits(outboxes);

        Put("a");
        Put("b");
        Assert.Equal(8, waits.Count(wait => wait.IsCompleted));
        while (_queue.TryDequeue(out var next)) next.Execute();

        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.All(outboxes, outbox => Assert.Equal(["a", "b"], Taken(outbox)));
    }

    [Fact]
    public void Progress_ForAStreamInLine_WakesItAtOnceBehindItsEvents()
    {
        var outboxes = Watch(100, out var first);
        var waits = Waits(outboxes);
        Put("a");

        Assert.True(_hub.TryAnnounceProgress(outboxes[0], [first], target: null));

        Assert.True(waits[0].IsCompletedSuccessfully);
        Assert.Equal(9, waits.Count(wait => wait.IsCompleted));
        Assert.Equal(["a", ""], Taken(outboxes[0]));
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
            .Select(_ => new Watcher(new WatchStream(_hub, _store, _options, TimeProvider.System), 0, new WatchCreateRequest { RangeEnd = ByteString.CopyFrom(0) }))
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
