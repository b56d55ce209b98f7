using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

using static MiniK8s.Store.Tests.Watch.WatchWorld;

namespace MiniK8s.Store.Tests.Watch;

public sealed class WatchStreamTests
{
    private readonly WatchWorld _world = new();

    private static WatchCreateRequest Everything(long start = 0) => new() { RangeEnd = Bytes("\0"), StartRevision = start };

    [Fact]
    public async Task Watch_FromNow_SeesWhatComesAfterItsCreation()
    {
        await using var client = _world.Connect();
        _world.Put("before");

        var created = await client.WatchAsync(Everything());
        _world.Put("a");
        _world.Delete("a");

        Assert.Equal((2L, 0L, true), (created.Header.Revision, created.WatchId, created.Created));
        Assert.Equal(["a@3", "-a@4"], await client.EventsThroughAsync(4));
    }

    [Theory]
    [InlineData(1, "a@2 b@3 -a@4 a@5")]
    [InlineData(2, "a@2 b@3 -a@4 a@5")]
    [InlineData(4, "-a@4 a@5")]
    [InlineData(5, "a@5")]
    public async Task Watch_FromThePast_SeesHistoryThenTheRest(long start, string expected)
    {
        _world.Put("a");
        _world.Put("b");
        _world.Delete("a");
        await using var client = _world.Connect();

        await client.WatchAsync(Everything(start));
        _world.Put("a");

        Assert.Equal(expected, string.Join(' ', await client.EventsThroughAsync(5)));
    }

    [Fact]
    public async Task Watch_FromTheFuture_SeesNothingEarlier()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(Everything(start: 4));

        _world.Put("a");
        _world.Put("b");
        await client.AskAsync(new WatchRequest { ProgressRequest = new() });
        await client.AssertQuietAsync();
        _world.Put("c");

        Assert.Equal(["c@4"], await client.EventsThroughAsync(4));
    }

    [Fact]
    public async Task Watch_TheSameFromDifferentRevisions_EachFromItsOwn()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(Everything());
        await client.WatchAsync(Everything(start: 3));
        await client.WatchAsync(Everything(start: 4));

        _world.Commit(
            new PutRequest { Key = Bytes("a") },        // 2, 3 and 4 in one batch
            new PutRequest { Key = Bytes("b") },
            new PutRequest { Key = Bytes("c") });

        var heard = new Dictionary<long, string>();
        while (heard.Count < 3)
        {
            var response = await client.NextAsync("the batch");
            heard.Add(response.WatchId, string.Join(' ', response.Events.Select(Client.Name)));
        }
        Assert.Equal(("a@2 b@3 c@4", "b@3 c@4", "c@4"), (heard[0], heard[1], heard[2]));
    }

    [Theory]
    [InlineData("a", "", "a@2 -a@6")]
    [InlineData("a", "b", "a@2 aa@3 -a@6")]
    [InlineData("b", "\0", "b@4 c@5")]
    [InlineData("aa", "c", "aa@3 b@4")]
    public async Task Watch_ARange_SeesItsKeysAlone(string key, string end, string expected)
    {
        await using var client = _world.Connect();
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes(key), RangeEnd = Bytes(end), WatchId = 7 });
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("end"), WatchId = 8 });

        foreach (var one in (string[])["a", "aa", "b", "c"]) _world.Put(one);
        _world.Delete("a");
        var last = _world.Put("end");

        Assert.Equal($"{expected} end@7", string.Join(' ', (await client.EventsThroughAsync(last)).Distinct()));
    }

    [Fact]
    public async Task Watch_OneTransaction_ComesInOneResponse()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(Everything());

        var txn = new TxnRequest();
        for (var i = 0; i < 100; i++) txn.Success.Add(new RequestOp { RequestPut = new() { Key = Bytes($"k{i:D2}") } });
        _world.Commit(txn);

        var response = await client.NextAsync("the transaction");
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"k{i:D2}@2"), response.Events.Select(Client.Name));
        Assert.Equal(2, response.Header.Revision);
    }

    [Fact]
    public async Task Watch_WithPreviousValues_GetsThemForChangesAndDeletesOnly()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("a"), PrevKv = true });

        _world.Put("a", "1");
        _world.Put("a", "2");
        _world.Delete("a");

        var events = new List<Event>();
        while (events.Count < 3) events.AddRange((await client.NextAsync("three events")).Events);
        Assert.Equal([null, "1", "2"], events.Select(one => one.PrevKv?.Value.ToStringUtf8()));
    }

    [Theory]
    [InlineData(WatchCreateRequest.Types.FilterType.Noput, "-a@3 -a@5")]
    [InlineData(WatchCreateRequest.Types.FilterType.Nodelete, "a@2 a@4")]
    public async Task Watch_WithAFilter_SeesTheOtherKind(WatchCreateRequest.Types.FilterType filter, string expected)
    {
        for (var i = 0; i < 2; i++)
        {
            _world.Put("a");
            _world.Delete("a");
        }
        await using var client = _world.Connect();
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("a"), StartRevision = 1, Filters = { filter } });

        Assert.Equal(expected, string.Join(' ', await client.EventsThroughAsync(5)));
    }

    [Fact]
    public async Task Watch_Cancelled_IsFollowedByNothing()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(Everything());
        client.Stall();
        for (var i = 0; i < 10; i++) _world.Put("a");

        await client.AskAsync(new WatchRequest { CancelRequest = new() { WatchId = 0 } });
        client.Resume();

        WatchResponse response;
        do response = await client.NextAsync("the cancel");
        while (!response.Canceled);
        Assert.Equal("", response.CancelReason);
        _world.Put("a");
        await client.AssertQuietAsync();
    }

    [Fact]
    public async Task Watch_WrongRequests_AreRefusedInEtcdsWords()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("a"), WatchId = 5 });

        var old = await client.WatchAsync(new WatchCreateRequest { Key = Bytes("a"), StartRevision = -1 });
        var empty = await client.WatchAsync(new WatchCreateRequest { Key = Bytes("b"), RangeEnd = Bytes("a") });
        var twice = await client.WatchAsync(new WatchCreateRequest { Key = Bytes("a"), WatchId = 5 });

        Assert.All([old, empty, twice], one => Assert.Equal((-1L, true, true), (one.WatchId, one.Created, one.Canceled)));
        Assert.Equal("etcdserver: mvcc: required revision has been compacted", old.CancelReason);
        Assert.Equal("mvcc: watcher range is empty", empty.CancelReason);
        Assert.Equal("mvcc: duplicate watch ID provided on the WatchStream", twice.CancelReason);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    public async Task Watch_AroundTheCompactRevision_IsCancelledBelowItAndCompleteFromItOn(long start, bool isServed)
    {
        _world.Put("a");
        _world.Put("b");
        _world.Put("c");
        _world.Delete("a");     // 5: the tombstone at the boundary
        _world.Put("d");
        _world.Compact(5);
        await using var client = _world.Connect();

        await client.WatchAsync(Everything(start));
        var response = await client.NextAsync("events or a cancel");

        Assert.Equal(!isServed, response.Canceled);
        Assert.Equal(isServed ? 0 : 5, response.CompactRevision);
        Assert.Equal(((string[])["-a@5", "d@6"]).Skip(isServed ? (int)start - 5 : 2), response.Events.Select(Client.Name));
    }

    [Fact]
    public async Task Watch_Slow_NeitherBlocksTheWriterNorLosesOrRepeatsAnything()
    {
        await using var slow = _world.Connect();
        await using var quick = _world.Connect();
        await slow.WatchAsync(Everything());
        await quick.WatchAsync(Everything());
        slow.Stall();

        for (var i = 0; i < 5000; i++) _world.Put($"k{i % 10}");        // on this thread: a block would be a deadlock
        var expected = Enumerable.Range(0, 5000).Select(i => $"k{i % 10}@{i + 2}");

        Assert.Equal(expected, await quick.EventsThroughAsync(5001));
        Assert.InRange(_world.Hub.Unsynced, 1, 2);          // the quick one may have been behind, too, where the writer had the processor
        Assert.InRange(slow.Stream.Outbox.Count, 0, 128);
        slow.Resume();
        Assert.Equal(expected, await slow.EventsThroughAsync(5001));
        _world.Put("after");
        Assert.Equal(["after@5002"], await slow.EventsThroughAsync(5002));
        await Patience.UntilAsync(() => _world.Hub.Unsynced == 0, "the watchers to have caught up");     // each is a moment after its last event
    }

    [Fact]
    public async Task Watch_OvertakenByCompaction_IsToldTheCompactRevisionAndNothingMore()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(Everything());
        client.Stall();
        for (var i = 0; i < 1000; i++) _world.Put("a");
        _world.Compact(900);
        client.Resume();

        var (seen, last) = (new List<long>(), new WatchResponse());
        while (!last.Canceled)
        {
            last = await client.NextAsync("the cancel");
            seen.AddRange(last.Events.Select(one => one.Kv.ModRevision));
        }

        Assert.Equal(Enumerable.Range(2, seen.Count).Select(revision => (long)revision), seen);
        // How much was on its way when the client stalled is a matter of luck; what is left of the log begins at 900.
        Assert.InRange(seen.Count, 1, 897);
        Assert.Equal(900, last.CompactRevision);
        _world.Put("a");
        await client.AssertQuietAsync();
    }

    [Fact]
    public async Task Progress_OnRequest_ComesAfterEveryEventItVouchesFor()
    {
        await using var client = _world.Connect();
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("a"), StartRevision = 1 });
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("b") });
        client.Stall();
        for (var i = 0; i < 500; i++) _world.Put("a");

        await client.AskAsync(new WatchRequest { ProgressRequest = new() });
        client.Resume();

        var (events, response) = (0, new WatchResponse());
        while (response.WatchId != -1)
        {
            response = await client.NextAsync("the progress");
            events += response.Events.Count;
        }
        Assert.Equal((500, 501L), (events, response.Header.Revision));
    }

    [Fact]
    public async Task Progress_EachInterval_GoesToQuietWatchesThatAskedForIt()
    {
        await using var client = _world.Connect();
        await _world.Time.WaitForTimersAsync(1);
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("quiet"), ProgressNotify = true, WatchId = 1 });
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("busy"), ProgressNotify = true, WatchId = 2 });
        await client.WatchAsync(new WatchCreateRequest { Key = Bytes("silent"), WatchId = 3 });
        _world.Put("busy");
        await client.NextAsync("the event");

        _world.Time.Advance(_world.Options.WatchProgressNotifyInterval);
        var first = await client.NextAsync("progress of the quiet watch");
        await client.AssertQuietAsync();
        _world.Time.Advance(_world.Options.WatchProgressNotifyInterval);
        var second = new[] { await client.NextAsync("progress"), await client.NextAsync("progress") };

        Assert.Equal((1L, 2L, 0), (first.WatchId, first.Header.Revision, first.Events.Count));
        Assert.Equal([1L, 2L], second.Select(response => response.WatchId).Order());
    }

    [Fact]
    public void Fragments_OfABigRevision_HoldItWholeAndMarkAllButTheLast()
    {
        var client = _world.Connect();
        var watcher = new Watcher(client.Stream, 3, new WatchCreateRequest { Key = Bytes("k"), Fragment = true });
        var events = Enumerable.Range(0, 50).Select(i => new Event { Kv = new() { Key = Bytes($"k{i}"), Value = Bytes(new string('x', 100)), ModRevision = 9 } }).ToList();

        var responses = WatchResponses.Of(watcher, [.. events.Select(one => new EncodedEvent(one))], revision: 9, maxBytes: 1000).Select(Client.Decode).ToList();

        Assert.InRange(responses.Count, 5, 10);
        Assert.Equal(events, responses.SelectMany(response => response.Events));
        Assert.Equal(responses.Select((_, i) => i < responses.Count - 1), responses.Select(response => response.Fragment));
        Assert.All(responses, response => Assert.Equal((3L, 9L), (response.WatchId, response.Header.Revision)));
        Assert.All(responses, response => Assert.InRange(response.CalculateSize(), 1, 1100));
    }

    [Fact]
    public async Task Watchers_ManyUnderRandomLoad_EachSeeExactlyTheirPartOfTheLog()
    {
        var world = new WatchWorld(new StoreOptions { WatchBuffer = 4 });       // they turn slow all the time
        var random = new Random(9);
        var clients = Enumerable.Range(0, 6).Select(_ => world.Connect()).ToList();
        var writing = Task.Run(() =>
        {
            var chance = new Random(10);
            for (var i = 0; i < 3000; i++)
            {
                world.Commit(Enumerable.Range(0, chance.Next(1, 4)).Select(_ => (Google.Protobuf.IMessage)new PutRequest { Key = Bytes($"k{chance.Next(5)}") }).ToArray());
            }
            return world.Put("z");      // in every range: the last event of all
        });

        var starts = new List<(long Start, string Key)>();
        foreach (var client in clients)
        {
            var (start, key) = (random.NextInt64(1, 2000), $"k{random.Next(5)}");
            starts.Add((start, key));
            await client.WatchAsync(new WatchCreateRequest { Key = Bytes(key), RangeEnd = Bytes("\0"), StartRevision = start });
        }
        var last = await writing.OrMissing("the writes");

        var snapshot = world.Store.Current;
        for (var i = 0; i < clients.Count; i++)
        {
            var (start, key) = starts[i];
            var expected = Enumerable.Range(2, (int)last - 1).Where(revision => revision >= start).SelectMany(revision => snapshot.EventsAt(revision))
                .Where(stored => string.CompareOrdinal(stored.Plain.Kv.Key.ToStringUtf8(), key) >= 0)
                .Select(stored => Client.Name(stored.Plain)).ToList();
            Assert.Equal(expected, await clients[i].EventsThroughAsync(last));
            await clients[i].DisposeAsync();
        }
    }
}
