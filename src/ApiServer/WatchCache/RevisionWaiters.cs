namespace MiniK8s.ApiServer.WatchCache;

/// <summary>Lets readers wait until a revision has been reached.</summary>
internal sealed class RevisionWaiters(TimeProvider time)
{
    private readonly Lock _gate = new();     // guards the fields below
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private long _reached;

    /// <summary>The last revision reached.</summary>
    public long Reached => Volatile.Read(ref _reached);

    /// <summary>Notes a revision and lets those go who waited for it or an earlier one. A lower one than before starts over.</summary>
    public void Set(long revision)
    {
        lock (_gate)
        {
            Volatile.Write(ref _reached, revision);
            while (_waiting.TryPeek(out var waiter, out var wanted) && wanted <= revision)
            {
                _waiting.Dequeue();
                waiter.TrySetResult();
            }
        }
    }

    /// <summary>False when the time was up first.</summary>
    public async Task<bool> WaitAsync(long revision, TimeSpan timeout, CancellationToken ct)
    {
        if (Reached >= revision) return true;
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_reached >= revision) return true;
            _waiting.Enqueue(waiter, revision);
        }
        try
        {
            await waiter.Task.WaitAsync(timeout, time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (_gate) _waiting.Remove(waiter, out _, out _);
        }
    }
}
