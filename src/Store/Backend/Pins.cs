namespace MiniK8s.Store.Backend;

/// <summary>Counts those who read one state of the store at leisure, and lets others wait until there is none.</summary>
internal sealed class Pins : IDisposable
{
    private readonly Lock _lock = new();        // guards _count and goes with _none
    private readonly ManualResetEventSlim _none = new(initialState: true);
    private int _count;

    /// <summary>Whether there is one.</summary>
    public bool Any
    {
        get
        {
            lock (_lock) return _count > 0;
        }
    }

    /// <summary>One more, until it is disposed.</summary>
    public IDisposable Take()
    {
        lock (_lock)
        {
            _count++;
            _none.Reset();
        }
        return new Pin(this);
    }

    /// <summary>Blocks its caller's thread until there is none. By the time it returns there may be one again.</summary>
    public void WaitForNone(CancellationToken ct) => _none.Wait(ct);

    /// <inheritdoc />
    public void Dispose() => _none.Dispose();

    private void Release()
    {
        lock (_lock)
        {
            if (--_count == 0) _none.Set();
        }
    }

    private sealed class Pin(Pins owner) : IDisposable
    {
        private Pins? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release();
    }
}
