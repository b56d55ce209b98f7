namespace MiniK8s.ApiServer.Rest.Streams;

/// <summary>Ends a session on which nothing has moved for <see cref="Limit"/>: the kubelet's streamingConnectionIdleTimeout.</summary>
internal sealed class IdleWatch : IDisposable
{
    /// <summary>Kubernetes' default.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(4);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended;
    private readonly ITimer _timer;
    private long _last;

    /// <param name="time">What hours are counted by.</param>
    /// <param name="ct">Ends it earlier.</param>
    public IdleWatch(TimeProvider time, CancellationToken ct)
    {
        _time = time;
        _last = time.GetTimestamp();
        _ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Ended = _ended.Token;
        _timer = time.CreateTimer(_ => Look(), null, Limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fires when the session has been idle for too long, and with the token it was made with.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Something has moved.</summary>
    public void Touch() => Volatile.Write(ref _last, _time.GetTimestamp());

    public void Dispose()
    {
        _timer.Dispose();
        _ended.Dispose();
    }

    private void Look()
    {
        var left = Limit - _time.GetElapsedTime(Volatile.Read(ref _last));
        if (left > TimeSpan.Zero) _timer.Change(left, Timeout.InfiniteTimeSpan);
        else End();
    }

    private void End()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session ended by itself in the same moment.
        }
    }
}
