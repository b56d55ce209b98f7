namespace MiniK8s.ApiServer.Storage;

/// <summary>The store's leases for objects that pass away by themselves (Events); many objects share one.</summary>
/// <remarks>A lease is used for a twentieth of its life, so an object may outlive its time by that much.</remarks>
internal sealed class StoreLeases(IKeyValueStore store, TimeProvider time)
{
    private readonly SemaphoreSlim _gate = new(1);     // one grant at a time; guards the fields below
    private readonly Dictionary<TimeSpan, (long Lease, long Granted)> _current = [];

    /// <summary>A lease that lives at least so long.</summary>
    public async Task<long> ForAsync(TimeSpan life, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var (now, reuse) = (time.GetTimestamp(), life / 20);
            if (_current.TryGetValue(life, out var known) && time.GetElapsedTime(known.Granted, now) < reuse) return known.Lease;
            var lease = await store.GrantLeaseAsync(life + reuse, ct);
            _current[life] = (lease, now);
            return lease;
        }
        finally
        {
            _gate.Release();
        }
    }
}
