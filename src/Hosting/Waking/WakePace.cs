namespace MiniK8s.Hosting.Waking;

/// <summary>Rings the bells of many loops a few at a time: 8 at once, and 8 more each time the thread pool has come to the end of what it had to do.</summary>
/// <remarks>
/// A thousand streams woken together are a thousand items before every step of every other request; so the next turn goes to the end of the pool's
/// queue. And to wake a stream costs more than to put another event into what it sends next: while the processors are busy, those that still wait gather.
/// While they are not, nobody waits: a pause of the clock's, as there once was, left them idle (bench/RESULTS.md). The last of a thousand waits for 125 turns,
/// which under a pool that never comes to an end of its work have no bound in time.
/// </remarks>
public sealed class WakePace : IThreadPoolWorkItem
{
    private const int AtOnce = 8;

    private readonly Lock _gate = new();        // guards everything here; innermost
    private readonly Queue<Bell> _due = [];
    private readonly Action<IThreadPoolWorkItem> _enqueue;
    private bool _isUnderWay;

    /// <summary>A pace that nothing waits for.</summary>
    /// <param name="enqueue">Where the next turn goes; by default to the end of the thread pool's queue, the one that its threads share.</param>
    public WakePace(Action<IThreadPoolWorkItem>? enqueue = null) =>
        _enqueue = enqueue ?? (static turn => ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: false));

    /// <summary>Puts a bell in line, once; <see cref="Ring"/> begins with the first.</summary>
    public void Add(Bell bell)
    {
        lock (_gate) PutInLine(bell);
    }

    /// <summary>Puts bells in line, each once.</summary>
    public void Add(IReadOnlyList<Bell> bells)
    {
        lock (_gate)
        {
            foreach (var bell in bells) PutInLine(bell);
        }
    }

    /// <summary>Rings the bells in line: the first few now, unless others have not had their turn yet.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            if (!_isUnderWay) RingFirst();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate) RingFirst();
    }

    private void PutInLine(Bell bell)
    {
        if (!bell.IsDue) _due.Enqueue(bell);
        bell.IsDue = true;
    }

    private void RingFirst()
    {
        for (var rung = 0; rung < AtOnce && _due.TryDequeue(out var bell); rung++)
        {
            bell.IsDue = false;
            bell.Ring();
        }
        _isUnderWay = _due.Count > 0;
        if (_isUnderWay) _enqueue(this);
    }
}
