using Google.Protobuf;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Leases;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Leases;

/// <summary>The loop that ends leases, with the real writer, a log in memory and a clock that only the test moves.</summary>
public sealed class LeaseExpiryTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly MvccStore _store = new();
    private readonly MemoryLog _log = new();
    private readonly LeaseDeadlines _deadlines;
    private readonly CommitPipeline _pipeline;
    private readonly Task _writing;
    private readonly LeaseExpiry _expiry;

    public LeaseExpiryTests()
    {
        var options = new StoreOptions();
        _deadlines = new LeaseDeadlines(_time);
        _pipeline = new CommitPipeline(_log, _store, new WatchHub(options), options) { Published = _deadlines.Follow };
        _writing = Task.Factory.StartNew(_pipeline.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _expiry = new LeaseExpiry(_deadlines, _pipeline, _store, _time, NullLogger<LeaseExpiry>.Instance);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _expiry.StopAsync(CancellationToken.None);
        _expiry.Dispose();
        _pipeline.Complete();
        await _writing.OrMissing("the end of the writer");
    }

    [Fact]
    public async Task Run_LeaseRunsOut_DeletesItsKeysAndNoOthers()
    {
        await StartAsync();
        await GrantAsync(1, 5, "a", "b");
        await GrantAsync(2, 60, "c");

        await MoveAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(3, _store.Current.LiveAt(_store.Current.Revision).Count);
        var gone = _log.WaitFor(entry => entry is LeaseRevokeEntry);
        await MoveAsync(TimeSpan.FromMilliseconds(200));

        Assert.Equal(new LeaseRevokeEntry(1), await gone.OrMissing("the end of lease 1"));
        await _deadlines.KeepAliveAsync(1, CancellationToken.None).AsTask().OrMissing("the answer that it is gone");
        Assert.Equal(["c"], _store.Current.LiveAt(_store.Current.Revision).Select(kv => kv.Key.ToStringUtf8()));
        Assert.Equal([2], _store.Current.Leases.All.Select(lease => lease.Id));
        Assert.Equal(2, _store.Current.ChangesAt(_store.Current.Revision).Count());
    }

    [Fact]
    public async Task Run_LeaseIsKeptAlive_LivesOn()
    {
        await StartAsync();
        await GrantAsync(1, 2, "a");

        for (var i = 0; i < 20; i++)
        {
            await MoveAsync(TimeSpan.FromSeconds(1.9));
            Assert.Equal(2, await _deadlines.KeepAliveAsync(1, CancellationToken.None));
        }

        Assert.Single(_store.Current.LiveAt(_store.Current.Revision));
    }

    [Fact]
    public async Task Run_ThousandsRunOutTogether_EndOneRevisionEach()
    {
        await StartAsync();
        var grants = Enumerable.Range(1, 2000).Select(id => GrantAsync(id, 3, $"k{id}"));
        await Task.WhenAll(grants).OrMissing("the grants");
        var before = _store.Current.Revision;

        var done = _log.WaitFor(_ => _log.Count(entry => entry is LeaseRevokeEntry) == 2000);
        while (!done.IsCompleted) await MoveAsync(TimeSpan.FromMilliseconds(250));

        await _deadlines.KeepAliveAsync(2000, CancellationToken.None).AsTask().OrMissing("the last one's end");
        Assert.Equal((before + 2000, 0), (_store.Current.Revision, _store.Current.Leases.Count));
    }

    [Fact]
    public async Task Start_WithLeasesFromBefore_GivesThemTheirFullTtl()
    {
        _store.Restore(MvccSnapshot.Empty, [new LeaseGrantEntry(1, 5)]);
        _time.Advance(TimeSpan.FromHours(1));

        await StartAsync();

        Assert.Equal(TimeSpan.FromSeconds(5), _deadlines.Remaining(1));
        var gone = _log.WaitFor(entry => entry is LeaseRevokeEntry);
        await MoveAsync(TimeSpan.FromSeconds(5));
        Assert.False(gone.IsCompleted);
        await MoveAsync(TimeSpan.FromMilliseconds(250));
        await gone.OrMissing("its end");
    }

    private async Task StartAsync()
    {
        await _expiry.StartAsync(CancellationToken.None);
        await _time.WaitForTimersAsync(2);      // the beat and the loop
    }

    private async Task GrantAsync(long id, long ttl, params string[] keys)
    {
        Assert.Null((await _pipeline.CommitAsync(new LeaseGrantRequest { ID = id, TTL = ttl }, CancellationToken.None)).Error);
        foreach (var key in keys)
        {
            Assert.Null((await _pipeline.CommitAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Lease = id }, CancellationToken.None)).Error);
        }
    }

    // In steps no longer than a beat, each only once the loop waits again.
    private async Task MoveAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= LeaseDeadlines.BeatInterval)
        {
            _time.Advance(left < LeaseDeadlines.BeatInterval ? left : LeaseDeadlines.BeatInterval);
            await _time.WaitForTimersAsync(2);
        }
    }

    private sealed class MemoryLog : IWriteAheadLog
    {
        private readonly Lock _gate = new();
        private readonly List<LogEntry> _entries = [];
        private readonly List<(Predicate<LogEntry> Wanted, TaskCompletionSource<LogEntry> Found)> _waits = [];

        public void AppendAndSync(IReadOnlyList<LogEntry> entries)
        {
            lock (_gate)
            {
                foreach (var entry in entries)
                {
                    _entries.Add(entry);
                    foreach (var (_, found) in _waits.Where(wait => wait.Wanted(entry))) found.TrySetResult(entry);
                }
            }
        }

        public void Seal()
        {
        }

        public int Count(Func<LogEntry, bool> wanted)
        {
            lock (_gate) return _entries.Count(wanted);
        }

        public Task<LogEntry> WaitFor(Predicate<LogEntry> wanted)
        {
            var found = new TaskCompletionSource<LogEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate) _waits.Add((wanted, found));
            return found.Task;
        }
    }
}
