using System.Runtime.CompilerServices;

using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Storage;

namespace MiniK8s.ApiServer.Tests.Fakes;

/// <summary>A real store that can be taken away, and that lets a test in before each write.</summary>
/// <param name="revision">The store's revision; nobody else writes to it.</param>
internal sealed class StoreWithFaults(IKeyValueStore store, long revision) : IKeyValueStore
{
    private readonly Lock _gate = new();    // guards the three below
    private CancellationTokenSource _presence = new();
    private int _watchesOpened;
    private long _revision = revision;

    /// <summary>How many watches have been opened.</summary>
    public int WatchesOpened => Volatile.Read(ref _watchesOpened);

    /// <summary>Runs before each write, for races made to measure.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>That of the last write that was answered.</summary>
    public long Revision
    {
        get { lock (_gate) return _revision; }
    }

    /// <summary>Takes the store away: watches break, calls fail.</summary>
    public void GoAway()
    {
        lock (_gate) _presence.Cancel();
    }

    public void ComeBack()
    {
        lock (_gate) _presence = new CancellationTokenSource();
    }

    public Task<RangePage> RangeAsync(StoreRange range, CancellationToken ct)
    {
        Present();
        return store.RangeAsync(range, ct);
    }

    public Task<WriteOutcome> PutIfUnchangedAsync(string key, long modRevision, ByteString value, long lease, ClaimChanges claims, CancellationToken ct) =>
        WriteAsync(() => store.PutIfUnchangedAsync(key, modRevision, value, lease, claims, ct));

    public Task<WriteOutcome> DeleteIfUnchangedAsync(string key, long modRevision, ClaimChanges claims, CancellationToken ct) =>
        WriteAsync(() => store.DeleteIfUnchangedAsync(key, modRevision, claims, ct));

    public async IAsyncEnumerable<StoreEvents> WatchAllAsync(long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, Present());
        await using var events = store.WatchAllAsync(fromRevision, either.Token).GetAsyncEnumerator(CancellationToken.None);
        Interlocked.Increment(ref _watchesOpened);
        while (await NextAsync(events, ct)) yield return events.Current;
    }

    public Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct)
    {
        Present();
        return store.GrantLeaseAsync(timeToLive, ct);
    }

    public Task CompactAsync(long revision, CancellationToken ct)
    {
        Present();
        return store.CompactAsync(revision, ct);
    }

    private async Task<WriteOutcome> WriteAsync(Func<Task<WriteOutcome>> write)
    {
        BeforeWrite?.Invoke();
        Present();
        var outcome = await write();
        lock (_gate) _revision = long.Max(_revision, outcome.Revision);
        return outcome;
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<StoreEvents> events, CancellationToken ct)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Away();
        }
    }

    // Cancelled when the store goes away.
    private CancellationToken Present()
    {
        lock (_gate) return _presence.IsCancellationRequested ? throw Away() : _presence.Token;
    }

    private static ApiException Away() => StatusErrors.ServiceUnavailable("the store is away");
}
