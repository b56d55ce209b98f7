namespace MiniK8s.Client.WorkQueue;

/// <summary>Keys to look at, each at most once in the queue and with at most one worker at a time.</summary>
/// <remarks>
/// | the key is           | Add                       | Done                      |
/// |----------------------|---------------------------|---------------------------|
/// | nowhere              | waiting                   | an error                  |
/// | waiting              | unchanged                 | an error                  |
/// | with a worker        | with a worker, and again  | nowhere                   |
/// | with a worker, again | unchanged                 | waiting, at the end       |
/// A later key waits its turn behind earlier ones. Bounded by the number of distinct keys, that is, of objects: there is nothing to drop and
/// no one waits to add. Of several delayed adds of one key the earliest counts. Thread-safe.
/// </remarks>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();     // guards everything below; a leaf
    private readonly Queue<TKey> _order = [];
    private readonly HashSet<TKey> _waiting = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, DateTimeOffset> _delayed = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _delayOrder = new();
    private readonly RequeueLimiter<TKey> _limiter;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _ready = new(0);
    private DateTimeOffset _timerDue = DateTimeOffset.MaxValue;
    private bool _isDisposed;

    /// <summary>An empty queue.</summary>
    public WorkQueue(TimeProvider time, RateLimiterOptions? limits = null)
    {
        _time = time;
        _limiter = new RequeueLimiter<TKey>(limits ?? new RateLimiterOptions(), time);
        _timer = time.CreateTimer(static queue => ((WorkQueue<TKey>)queue!).AddDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many keys wait for a worker now, delayed ones not counted.</summary>
    public int Count
    {
        get { lock (_lock) return _order.Count; }
    }

    /// <summary>Queues a key; one that a worker has is queued again when the worker is done.</summary>
    public void Add(TKey key)
    {
        lock (_lock) AddLocked(key);
    }

    /// <summary>Queues a key after a while.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (delay <= TimeSpan.Zero) AddLocked(key);
            else DelayLocked(key, _time.GetUtcNow() + delay);
        }
    }

    /// <summary>Queues a key that failed, the later the more often it has failed since it was last forgotten.</summary>
    public void AddRateLimited(TKey key)
    {
        lock (_lock) DelayLocked(key, _time.GetUtcNow() + _limiter.NextWait(key));
    }

    /// <summary>How often the key has come by <see cref="AddRateLimited"/> since it was last forgotten.</summary>
    public int Requeues(TKey key)
    {
        lock (_lock) return _limiter.Failures(key);
    }

    /// <summary>The key is well: its failures count no more.</summary>
    public void Forget(TKey key)
    {
        lock (_lock) _limiter.Forget(key);
    }

    /// <summary>The next key, when there is one. Whoever takes it says <see cref="Done"/>.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken ct)
    {
        await _ready.WaitAsync(ct);
        lock (_lock)
        {
            var key = _order.Dequeue();
            _waiting.Remove(key);
            _working.Add(key);
            return key;
        }
    }

    /// <summary>The worker is done with the key.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_working.Remove(key)) throw new InvalidOperationException($"No worker has {key}.");
            if (_waiting.Contains(key)) EnqueueLocked(key);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer.Dispose();
            _ready.Dispose();
        }
    }

    private void AddLocked(TKey key)
    {
        if (_waiting.Add(key) && !_working.Contains(key)) EnqueueLocked(key);
    }

    private void EnqueueLocked(TKey key)
    {
        // A timer that had fired calls after the end too, where an exception would be the process's; and nobody is left to take a key.
        if (_isDisposed) return;
        _order.Enqueue(key);
        _ready.Release();
    }

    private void DelayLocked(TKey key, DateTimeOffset due)
    {
        if (_delayed.TryGetValue(key, out var earlier) && earlier <= due) return;
        _delayed[key] = due;
        _delayOrder.Enqueue(key, due);
        ArmLocked();
    }

    private void AddDue()
    {
        lock (_lock)
        {
            _timerDue = DateTimeOffset.MaxValue;
            var now = _time.GetUtcNow();
            while (_delayOrder.TryPeek(out var key, out var due) && due <= now)
            {
                _delayOrder.Dequeue();
                // An entry that an earlier add has overtaken is passed over.
                if (!_delayed.TryGetValue(key, out var wanted) || wanted != due) continue;
                _delayed.Remove(key);
                AddLocked(key);
            }
            ArmLocked();
        }
    }

    private void ArmLocked()
    {
        if (!_delayOrder.TryPeek(out _, out var due) || due >= _timerDue) return;
        _timerDue = due;
        var wait = due - _time.GetUtcNow();
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
