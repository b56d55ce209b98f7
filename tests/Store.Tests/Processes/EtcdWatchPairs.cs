using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The same watches on both servers: made, cancelled and compared.</summary>
/// <remarks>
/// A watch of everything, on a stream of its own, tells which events there were. From it follows how many each other watch must
/// have delivered, so that "nothing more comes" needs no waiting time; what they delivered is then compared between the servers.
/// </remarks>
internal sealed class EtcdWatchPairs : IAsyncDisposable
{
    private const int Streams = 3;
    private const int MostPerStream = 8;
    private static readonly ByteString _probe = ByteString.CopyFromUtf8("probe");
    private static readonly ByteString _zero = ByteString.CopyFrom(0);

    private readonly Random _random;
    private readonly (EtcdWatches Etcd, EtcdWatches Store)[] _streams;
    private readonly List<PairedWatch> _live = [];
    private readonly List<Event> _all = [];        // as the watch of everything had them when last asked
    private readonly (EtcdWatches Etcd, EtcdWatches Store) _whole;
    private readonly (ServerProcess Etcd, ServerProcess Store) _servers;

    public EtcdWatchPairs(ServerProcess etcd, ServerProcess store, Random random)
    {
        (_servers, _random) = ((etcd, store), random);
        _whole = Pair();
        _streams = [.. Enumerable.Range(0, Streams).Select(_ => Pair())];
    }

    /// <summary>Watches compared to their end.</summary>
    public int Compared { get; private set; }

    /// <summary>Events compared.</summary>
    public long Events { get; private set; }

    /// <summary>Progress announcements of our store.</summary>
    public int Announcements => _streams.Sum(pair => pair.Store.Announcements);

    /// <summary>Begins the watch of everything; before the first write.</summary>
    public Task StartAsync() => AskBothAsync(_whole, new WatchRequest { CreateRequest = new WatchCreateRequest { Key = _zero, RangeEnd = _zero, PrevKv = true } });

    /// <summary>Makes a watch on a stream at random, unless that has enough; it may be refused.</summary>
    public async Task CreateAsync(WatchCreateRequest request, long compactRevision)
    {
        var stream = _random.Next(Streams);
        if (_live.Count(watch => watch.Stream == stream) >= MostPerStream) return;
        var answer = await AskBothAsync(_streams[stream], new WatchRequest { CreateRequest = request });
        if (answer.Canceled) return;

        var start = request.StartRevision == 0 ? answer.Header.Revision + 1 : request.StartRevision;
        var watch = new PairedWatch(_streams[stream].Etcd.Of(answer.WatchId), _streams[stream].Store.Of(answer.WatchId), stream, answer.WatchId, request, start);
        foreach (var one in _all) watch.Expect(one);
        _live.Add(watch);
        if (start < compactRevision && start <= answer.Header.Revision) await CompactedAsync(watch);
    }

    /// <summary>Cancels a watch at random, once it has delivered all it must.</summary>
    public async Task CancelAnyAsync(long revision)
    {
        if (_live.Count == 0) return;
        await ArriveAsync(revision);
        await CancelAsync(_live[_random.Next(_live.Count)]);
    }

    /// <summary>Asks for progress on a stream at random; on a stream without watches nobody answers.</summary>
    public async Task AskProgressAsync()
    {
        var stream = _streams[_random.Next(Streams)];
        var request = new WatchRequest { ProgressRequest = new() };
        await Task.WhenAll(stream.Etcd.TellAsync(request), stream.Store.TellAsync(request));
    }

    /// <summary>Waits until every watch has delivered what there is up to the revision, and compares.</summary>
    public async Task ArriveAsync(long revision)
    {
        var (etcd, store) = (_whole.Etcd.Of(0), _whole.Store.Of(0));
        await UntilAsync(
            () => etcd.LastRevision >= revision && store.LastRevision >= revision,
            () => $"everything up to revision {revision}: etcd {etcd.LastRevision}, store {store.LastRevision}");
        var news = etcd.From(_all.Count);
        Assert.Equal(news, store.From(_all.Count));
        _all.AddRange(news);
        foreach (var watch in _live) await ArriveAsync(watch, news);
    }

    /// <summary>Waits until etcd has looked at every watch that starts in the past, which it does ten times a second, and compares.</summary>
    /// <remarks>A compaction before that would cancel a watch that has nothing to deliver, or not, as the timing is.</remarks>
    /// <param name="revision">A revision at which both servers put the key "probe".</param>
    public async Task SettleAsync(long revision)
    {
        var request = new WatchRequest { CreateRequest = new WatchCreateRequest { Key = _probe, StartRevision = revision } };
        var id = (await AskBothAsync(_whole, request)).WatchId;
        var (etcd, store) = (_whole.Etcd.Of(id), _whole.Store.Of(id));
        await UntilAsync(() => etcd.Count > 0 && store.Count > 0, () => "the probe's event");
        await AskBothAsync(_whole, new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } });
        await ArriveAsync(revision);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (etcd, store) in _streams.Append(_whole))
        {
            await etcd.DisposeAsync();
            await store.DisposeAsync();
        }
    }

    private (EtcdWatches Etcd, EtcdWatches Store) Pair()
    {
        var pair = (Etcd: new EtcdWatches(_servers.Etcd, isExact: false), Store: new EtcdWatches(_servers.Store, isExact: true));
        pair.Etcd.Start();
        pair.Store.Start();
        return pair;
    }

    private static async Task<WatchResponse> AskBothAsync((EtcdWatches Etcd, EtcdWatches Store) stream, WatchRequest request)
    {
        var (expected, actual) = (stream.Etcd.AskAsync(request), stream.Store.AskAsync(request));
        await Task.WhenAll(expected, actual);
        if (!Equals(expected.Result, actual.Result)) Assert.Fail($"{request}\netcd:  {expected.Result}\nstore: {actual.Result}");
        return actual.Result;
    }

    private async Task ArriveAsync(PairedWatch watch, List<Event> news)
    {
        foreach (var one in news) watch.Expect(one);
        if (!watch.IsCompacted)
        {
            await UntilAsync(
                () => watch.Etcd.Count >= watch.Expected && watch.Store.Count >= watch.Expected,
                () => $"{watch.Expected} events for {watch}: etcd {watch.Etcd.Count}, store {watch.Store.Count}");
        }
        Events += watch.Compare();
    }

    private async Task CompactedAsync(PairedWatch watch)
    {
        watch.IsCompacted = true;
        await UntilAsync(
            () => watch.Etcd.CompactRevision != 0 && watch.Store.CompactRevision != 0,
            () => $"the compaction's end of {watch}: etcd {watch.Etcd.CompactRevision}, store {watch.Store.CompactRevision}");
        Assert.Equal(watch.Etcd.CompactRevision, watch.Store.CompactRevision);
    }

    private async Task CancelAsync(PairedWatch watch)
    {
        _live.Remove(watch);
        await AskBothAsync(_streams[watch.Stream], new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = watch.Id } });
        Events += watch.Compare();
        Compared++;
    }

    private async Task UntilAsync(Func<bool> holds, Func<string> what)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            foreach (var (etcd, store) in _streams.Append(_whole))
            {
                if ((etcd.Fault ?? store.Fault) is { } fault) throw fault;
            }
            if (since.Elapsed > Patience.Limit) throw new TimeoutException($"Missing: {what()}");
            await Task.Delay(1);
        }
    }
}
