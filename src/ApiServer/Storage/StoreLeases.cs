namespace MiniK8s.ApiServer.Storage;

/// <summary>The store's leases for objects that pass away by themselves (Events); many objects share one.</summary>
/// <remarks>A lease is used for a twentieth of its life, so an object may outlive its time by that much.</remarks>
internal sealed class StoreLeases(IKeyValueStore store, TimeProvider time)
{
    private readonly SemaphoreSlim _gate = new(1);     // one grant at a time; guards the fields below
    private readonly Dictionary<TimeSpan, (long Lease, DateTimeOffset UseUntil)> _current = [];

    /// <summary>A lease that lives at least so long.</summary>
    public async Task<long> ForAsync(TimeSpan life, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var now = time.GetUtcNow();
            if (_current.TryGetValue(life, out var known) && now < known.UseUntil) return known.Lease;
            var reuse = life / 20;
            var lease = await store.GrantLeaseAsync(life + reuse, ct);
            _current[life] = (lease, now + reuse);
            return lease;
        }
        finally
        {
            _gate.Release();
        }
    }
}
