using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>One change of one key, as watchers see it.</summary>
/// <param name="plain">The event without the previous value; shared by everyone, never changed.</param>
/// <param name="previous">What the key held just before; null when it did not exist.</param>
internal sealed class StoredEvent(Event plain, KeyValue? previous)
{
    private Event? _withPrevious;

    /// <summary>The event without the previous value.</summary>
    public Event Plain { get; } = plain;

    /// <summary>What the key held just before; null when it did not exist.</summary>
    public KeyValue? Previous { get; } = previous;

    /// <summary>The event with <c>prev_kv</c>. Made on first use; two threads may make it twice, to the same effect.</summary>
    public Event WithPrevious => Previous is null ? Plain : _withPrevious ??= new Event { Type = Plain.Type, Kv = Plain.Kv, PrevKv = Previous };

    /// <summary>A put of this value.</summary>
    public static StoredEvent Put(KeyValue value, KeyValue? previous) => new(new Event { Type = Event.Types.EventType.Put, Kv = value }, previous);

    /// <summary>A deletion: the key and the revision alone.</summary>
    public static StoredEvent Delete(KeyValue tombstone, KeyValue? previous) =>
        new(new Event { Type = Event.Types.EventType.Delete, Kv = tombstone }, previous);
}
