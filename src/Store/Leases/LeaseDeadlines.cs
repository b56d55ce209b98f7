using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Leases;

/// <summary>When each lease runs out, by this process's monotonic clock.</summary>
/// <remarks>
/// <code>
/// state  | what happens                          | next state
/// -------+---------------------------------------+------------------------------------------------------------
/// (none) | granted, or found at the start        | Live, due in one TTL
/// Live   | kept alive                            | Live, due in one TTL from now
/// Live   | due, and the expiry takes it          | Ending
/// Ending | kept alive                            | Ending: the caller waits for what comes of it
/// Ending | the revocation was refused            | Live, due again in a second; waiting callers keep it alive
/// any    | the log has its revocation            | (none); waiting callers hear that there is no such lease
/// </code>
/// A lease ends late rather than early. Until the expiry takes it, a sign of life saves it, however late; after a pause of the
/// whole process (a stop signal, a starved machine) nothing is taken until the signs of life that queued meanwhile had time
/// to be read. The wall clock plays no part, and a restart starts every TTL afresh.
/// </remarks>
internal sealed class LeaseDeadlines(TimeProvider time)
{
    /// <summary>How often <see cref="Beat"/> is to be called.</summary>
    public static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan _pauseWorthNoticing = 2 * BeatInterval;
    private static readonly TimeSpan _longestGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(1);

    // An answer takes its time to the client, who counts from its arrival.
    private static readonly TimeSpan _wayOfTheAnswer = TimeSpan.FromMilliseconds(100);

    private readonly long _origin = time.GetTimestamp();
    private readonly Lock _gate = new();        // guards everything below; innermost
    private readonly Dictionary<long, LeaseDeadline> _leases = [];
    private readonly SortedSet<(TimeSpan Due, long Id)> _live = [];
    private TimeSpan _lastBeat;
    private TimeSpan _heldUntil;

    /// <summary>Leases known here.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _leases.Count;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>Takes up the leases that a restart found, each with its full TTL.</summary>
    public void Start(IEnumerable<GrantedLease> leases)
    {
        lock (_gate)
        {
            _lastBeat = Now;
            foreach (var lease in leases) Grant(lease.Id, lease.Ttl);
        }
    }

    /// <summary>Gives every lease that is not just ending its full TTL from now on.</summary>
    public void Renew()
    {
        lock (_gate)
        {
            foreach (var lease in _leases.Values.Where(lease => lease.Ending is null)) Schedule(lease, Now + lease.Ttl);
        }
    }

    /// <summary>Takes up what the writer published: grants and ends of leases. Before the callers are answered; never waits.</summary>
    public void Follow(IReadOnlyList<LogEntry> published)
    {
        foreach (var entry in published)
        {
            if (entry is LeaseGrantEntry grant) lock (_gate) Grant(grant.Id, grant.Ttl);
            if (entry is LeaseRevokeEntry revoke) lock (_gate) Forget(revoke.Id);
        }
    }

    /// <summary>Takes a sign of life. If the lease is just ending, waits for what comes of that.</summary>
    /// <returns>The TTL that begins now; 0 when there is no such lease.</returns>
    public async ValueTask<long> KeepAliveAsync(long id, CancellationToken ct)
    {
        while (true)
        {
            Task decided;
            lock (_gate)
            {
                if (!_leases.TryGetValue(id, out var lease)) return 0;
                if (lease.Ending is null)
                {
                    Schedule(lease, Now + lease.Ttl);
                    return (long)lease.Ttl.TotalSeconds;
                }
                decided = lease.Ending.Task;
            }
            await decided.WaitAsync(ct);
        }
    }

    /// <summary>How long the lease still has, zero when it is overdue; null when it is not known.</summary>
    public TimeSpan? Remaining(long id)
    {
        lock (_gate)
        {
            if (!_leases.TryGetValue(id, out var lease)) return null;
            var left = lease.Due - Now;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Says that the process runs. A gap since the last time is a pause, after which nothing ends for as long, at most a second.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            var gap = Now - _lastBeat;
            _lastBeat = Now;
            if (gap < _pauseWorthNoticing) return;
            _heldUntil = Now + (gap < _longestGrace ? gap : _longestGrace);
        }
    }

    /// <summary>How long until a lease may have to end; at most a beat.</summary>
    public TimeSpan UntilNext()
    {
        lock (_gate)
        {
            if (_live.Count == 0) return BeatInterval;
            var wait = _live.Min.Due + _wayOfTheAnswer - Now;
            return wait < BeatInterval ? TimeSpan.FromMilliseconds(double.Max(1, double.Ceiling(wait.TotalMilliseconds))) : BeatInterval;
        }
    }

    /// <summary>Takes leases that are due, the most overdue first. Each must be revoked, or given back with <see cref="Release"/>.</summary>
    public List<long> TakeDue(int limit)
    {
        var taken = new List<long>();
        lock (_gate)
        {
            var now = Now;
            while (taken.Count < limit && now >= _heldUntil && _live.Count > 0 && _live.Min.Due + _wayOfTheAnswer <= now)
            {
                var lease = _leases[_live.Min.Id];
                _live.Remove(_live.Min);
                lease.Ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                taken.Add(lease.Id);
            }
        }
        return taken;
    }

    /// <summary>Gives back a lease whose revocation did not come about. Nothing happens when it did.</summary>
    public void Release(long id)
    {
        lock (_gate)
        {
            if (!_leases.TryGetValue(id, out var lease) || lease.Ending is not { } ending) return;
            lease.Ending = null;
            Schedule(lease, Now + _retry);
            ending.SetResult();
        }
    }

    private void Grant(long id, long ttl)
    {
        Forget(id);     // revoked and granted again in one batch, this is the later
        var lease = new LeaseDeadline(id, TimeSpan.FromSeconds(ttl));
        _leases.Add(id, lease);
        Schedule(lease, Now + lease.Ttl);
    }

    private void Forget(long id)
    {
        if (!_leases.Remove(id, out var lease)) return;
        _live.Remove((lease.Due, id));
        lease.Ending?.SetResult();
    }

    private void Schedule(LeaseDeadline lease, TimeSpan due)
    {
        _live.Remove((lease.Due, lease.Id));
        lease.Due = due;
        _live.Add((due, lease.Id));
    }
}

/// <summary>The deadline of one lease. Guarded by the lock of <see cref="LeaseDeadlines"/>.</summary>
/// <param name="id">The lease.</param>
/// <param name="ttl">How long it lives after each sign of life.</param>
internal sealed class LeaseDeadline(long id, TimeSpan ttl)
{
    /// <summary>The lease.</summary>
    public long Id { get; } = id;

    /// <summary>How long it lives after each sign of life.</summary>
    public TimeSpan Ttl { get; } = ttl;

    /// <summary>When it runs out, counted from the start of the process.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Set while its revocation is under way; completes when that is decided.</summary>
    public TaskCompletionSource? Ending { get; set; }
}
