using System.Collections.Concurrent;
using System.Diagnostics;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>Many leases of 2 to 10 seconds with a key each: a third left alone, a third kept alive, a third revoked. Notes when each key went.</summary>
internal sealed class LeaseLives(int count) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<int, (TimeSpan Earliest, TimeSpan Latest)> _began = new();       // its TTL, as far as the client can know
    private readonly ConcurrentDictionary<int, TimeSpan> _gone = new();
    private readonly TaskCompletionSource _allGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Task _watching = Task.CompletedTask;

    private IEnumerable<int> All => Enumerable.Range(1, count);

    /// <summary>Grants all, puts their keys, and revokes the third that is revoked.</summary>
    public async Task BeginAsync(ServerProcess store)
    {
        Watch(store, from: 1);
        await Parallel.ForEachAsync(All, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (id, _) =>
        {
            var asked = _clock.Elapsed;
            await LeaseProcessTests.GrantAsync(store, id, TtlOf(id));
            _began[id] = (asked, _clock.Elapsed);
            await LeaseProcessTests.PutAsync(store, $"{id}", id);
            if (IsRevoked(id)) await store.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = id });
        });
    }

    /// <summary>Starts the store again: whoever is still there has a full TTL from then on.</summary>
    public async Task<ServerProcess> RestartAsync(Func<Task<ServerProcess>> startAsync)
    {
        var asked = _clock.Elapsed;
        var store = await startAsync();
        await _watching.OrMissing("the end of the watch of the killed store");
        var now = _clock.Elapsed;
        var left = await store.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) });
        foreach (var id in left.Kvs.Select(kv => int.Parse(kv.Key.ToStringUtf8()))) _began[id] = (asked, now);
        foreach (var id in All.Where(id => left.Kvs.All(kv => kv.Lease != id))) _gone.TryAdd(id, TimeSpan.MaxValue);     // before the kill, unseen
        Watch(store, left.Header.Revision + 1);      // none may end between the two unseen
        return store;
    }

    /// <summary>Keeps the third that is kept alive alive, round after round.</summary>
    public async Task KeepAliveForAsync(ServerProcess store, TimeSpan time)
    {
        using var call = store.Lease.LeaseKeepAlive();
        for (var until = _clock.Elapsed + time; _clock.Elapsed < until; await Task.Delay(700))
        {
            var asked = _clock.Elapsed;
            foreach (var id in All.Where(IsKeptAlive)) await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = id });
            foreach (var id in All.Where(IsKeptAlive))
            {
                Assert.True(await call.ResponseStream.MoveNext());
                Assert.Equal((id, TtlOf(id)), (call.ResponseStream.Current.ID, call.ResponseStream.Current.TTL));
                _began[id] = (asked, _clock.Elapsed);
            }
        }
    }

    /// <summary>Waits until all are gone.</summary>
    /// <returns>For each that ran out by itself and was seen to: how long it outlived its TTL, at least and at most. Negative: it did not.</returns>
    public async Task<List<(TimeSpan AtMost, TimeSpan AtLeast)>> EndAsync()
    {
        await _allGone.Task.OrMissing($"the end of all {count} leases");
        await _ended.CancelAsync();
        await _watching;
        Assert.InRange(_gone.Values.Count(gone => gone != TimeSpan.MaxValue), count / 2, count);
        return [.. _gone.Where(gone => !IsRevoked(gone.Key) && gone.Value != TimeSpan.MaxValue)
            .Select(gone => (Late: gone.Value - TimeSpan.FromSeconds(TtlOf(gone.Key)), Began: _began[gone.Key]))
            .Select(life => (life.Late - life.Began.Earliest, life.Late - life.Began.Latest))];
    }

    public void Dispose() => _ended.Dispose();

    // Those kept alive or revoked live longer, so that a slow machine gets round to all of them in time.
    private static long TtlOf(int id) => IsKeptAlive(id) || IsRevoked(id) ? 10 : 2 + (id / 3 % 4);

    private static bool IsKeptAlive(int id) => id % 3 == 1;

    private static bool IsRevoked(int id) => id % 3 == 2;

    private void Watch(ServerProcess store, long from)
    {
        var call = store.Watch.Watch(cancellationToken: _ended.Token);
        var everything = new WatchCreateRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), StartRevision = from };
        _watching = Task.Run(async () =>
        {
            using var _ = call;
            try
            {
                await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = everything });
                await foreach (var answer in call.ResponseStream.ReadAllAsync()) Note(answer);
            }
            catch (RpcException ex) when (ex.StatusCode is StatusCode.Cancelled or StatusCode.Unavailable or StatusCode.Internal)
            {
                // The store was killed, or the test is over.
            }
        });
    }

    private void Note(WatchResponse answer)
    {
        foreach (var gone in answer.Events.Where(one => one.Type == Event.Types.EventType.Delete)) _gone[int.Parse(gone.Kv.Key.ToStringUtf8())] = _clock.Elapsed;
        if (_gone.Count == count) _allGone.TrySetResult();
    }
}
