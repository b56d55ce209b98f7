namespace MiniK8s.Client.WorkQueue;

// The larger of two waits: the key's own, doubling with each failure, and that of a bucket shared by all keys. Not thread-safe.
internal sealed class RequeueLimiter<TKey>(RateLimiterOptions options, TimeProvider time)
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1 / options.PerSecond);
    private DateTimeOffset _bucketFullAt = DateTimeOffset.MinValue;

    public int Failures(TKey key) => _failures.GetValueOrDefault(key);

    public void Forget(TKey key) => _failures.Remove(key);

    public TimeSpan NextWait(TKey key)
    {
        var failures = _failures.GetValueOrDefault(key);
        _failures[key] = failures + 1;
        var own = TimeSpan.FromTicks((long)double.Min(options.Max.Ticks, options.Base.Ticks * double.Pow(2, failures)));
        var shared = TakeToken();
        return own > shared ? own : shared;
    }

    // The bucket is full again `_bucketFullAt`; each token taken puts that off by one interval.
    private TimeSpan TakeToken()
    {
        var now = time.GetUtcNow();
        if (_bucketFullAt < now) _bucketFullAt = now;
        _bucketFullAt += _interval;
        var wait = _bucketFullAt - now - _interval * options.Burst;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
