using System.Runtime.CompilerServices;

using Google.Protobuf;

using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>A real store whose watch tells what happened only when the test lets it: so far behind is the watch cache.</summary>
/// <remarks>Reads and writes pass. Each revision is let through by itself, so that the cache can stand at every one.</remarks>
internal sealed class StoreWithLag(IKeyValueStore store) : IKeyValueStore
{
    private readonly RevisionWaiters _released = Released(long.MaxValue);
    private int _callsInFlight;

    /// <summary>Reads and writes that the store has not answered yet.</summary>
    public int CallsInFlight => Volatile.Read(ref _callsInFlight);

    /// <summary>What the store does wrong, to prove that it is noticed.</summary>
    public StoreFault Fault { get; set; }

    /// <summary>Lets the watch tell everything up to a revision, and nothing after it.</summary>
    public void ReleaseUpTo(long revision) => _released.Set(revision);

    public Task<RangePage> RangeAsync(StoreRange range, CancellationToken ct) =>
        CallAsync(() => store.RangeAsync(Fault == StoreFault.ReadsTheNewestInsteadOfThePast ? range with { Revision = 0 } : range, ct));

    public Task<WriteOutcome> PutIfUnchangedAsync(string key, long modRevision, ByteString value, long lease, ClaimChanges claims, CancellationToken ct) =>
        CallAsync(() => store.PutIfUnchangedAsync(key, modRevision, value, lease, claims, ct));

    public Task<WriteOutcome> DeleteIfUnchangedAsync(string key, long modRevision, ClaimChanges claims, CancellationToken ct) =>
        CallAsync(() => store.DeleteIfUnchangedAsync(key, modRevision, claims, ct));

    public async IAsyncEnumerable<StoreEvents> WatchAllAsync(long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var batch in store.WatchAllAsync(fromRevision, ct))
        {
            foreach (var events in batch.Events.GroupBy(change => change.Kv.ModRevision))
            {
                await _released.WaitAsync(events.Key, Timeout.InfiniteTimeSpan, ct);
                foreach (var told in Told(new StoreEvents(events.Key, [.. events]))) yield return told;
            }
        }
    }

    public Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct) => store.GrantLeaseAsync(timeToLive, ct);

    public Task CompactAsync(long revision, CancellationToken ct) => store.CompactAsync(revision, ct);

    // A fault shows at every 16th revision: often enough to be found, seldom enough to have to be.
    private IEnumerable<StoreEvents> Told(StoreEvents events) => (Fault, events.Revision % 16 == 0) switch
    {
        (StoreFault.SkipsAnEvent, true) => [events with { Events = [] }],
        (StoreFault.TellsAnEventTwice, true) => [events, events],
        (StoreFault.RunsAhead, true) => [events with { Revision = events.Revision + 1 }],
        _ => [events],
    };

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        Interlocked.Increment(ref _callsInFlight);
        try
        {
            return await call();
        }
        finally
        {
            Interlocked.Decrement(ref _callsInFlight);
        }
    }

    private static RevisionWaiters Released(long revision)
    {
        var waiters = new RevisionWaiters(TimeProvider.System);
        waiters.Set(revision);
        return waiters;
    }
}

/// <summary>What a store, or the reader of its watch, could do wrong.</summary>
public enum StoreFault
{
    None,
    SkipsAnEvent,
    TellsAnEventTwice,

    /// <summary>Says that more has been seen than has.</summary>
    RunsAhead,
    ReadsTheNewestInsteadOfThePast,
}
