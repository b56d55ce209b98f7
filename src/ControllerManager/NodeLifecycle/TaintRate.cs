namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>So many a second, never more than one at once [nodelifecycle/scheduler/rate_limited_queue.go].</summary>
internal sealed class TaintRate(double perSecond, DateTimeOffset now)
{
    private double _rate = perSecond;
    private double _room = 1;
    private DateTimeOffset _since = now;

    /// <summary>Goes on at another rate. Who had to wait before goes on waiting; a rate of 0 is never.</summary>
    public void Change(double perSecond, DateTimeOffset now)
    {
        if (_rate.Equals(perSecond)) return;
        _room = TryTake(now) ? 1 : 0;
        (_rate, _since) = (perSecond, now);
    }

    /// <summary>Takes one if there is room.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        Fill(now);
        if (_rate <= 0 || _room < 1) return false;
        _room -= 1;
        return true;
    }

    /// <summary>How long until there is room; null: never at this rate.</summary>
    public TimeSpan? Wait(DateTimeOffset now)
    {
        Fill(now);
        if (_rate <= 0) return null;
        // Rounded up: at that time there is room.
        var ticks = double.Min(double.Ceiling(double.Max(0, 1 - _room) / _rate * TimeSpan.TicksPerSecond), TimeSpan.MaxValue.Ticks / 2);
        return TimeSpan.FromTicks((long)ticks);
    }

    private void Fill(DateTimeOffset now)
    {
        _room = double.Min(1, _room + (now - _since).TotalSeconds * _rate);
        _since = now;
        // What many small parts lack of a whole.
        if (_room > 1 - 1e-9) _room = 1;
    }
}
