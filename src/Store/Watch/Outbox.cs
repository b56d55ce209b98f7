using MiniK8s.Hosting.Waking;

namespace MiniK8s.Store.Watch;

/// <summary>Responses that wait for a stream's loop, and the bell that wakes it. The queue is guarded by the hub's lock.</summary>
/// <remarks>The hub keeps events out once --watch-buffer responses wait; progress announcements are few and always taken.</remarks>
internal sealed class Outbox
{
    private readonly Queue<Outgoing> _waiting = new();

    /// <summary>Wakes the loop, now or when it next waits.</summary>
    public Bell Bell { get; } = new();

    /// <summary>Responses that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Adds a response; the loop is to be woken for it.</summary>
    public void Add(Outgoing outgoing) => _waiting.Enqueue(outgoing);

    /// <summary>Takes the oldest response.</summary>
    public bool TryTake(out Outgoing outgoing) => _waiting.TryDequeue(out outgoing);
}
