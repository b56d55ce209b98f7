using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>One change of one key, as watchers see it.</summary>
/// <param name="version">What the change made of the key.</param>
/// <param name="previous">What the key held before the revision; null when it did not exist, or that is compacted.</param>
internal sealed class StoredEvent(KeyVersion version, KeyVersion? previous)
{
    private EncodedEvent? _plain;
    private EncodedEvent? _withPrevious;

    /// <summary>What the change made of the key.</summary>
    public KeyVersion Version { get; } = version;

    /// <summary>What the key held before the revision; null when it did not exist, or that is compacted.</summary>
    public KeyValue? Previous => previous?.Read();

    /// <summary>The event without the previous value.</summary>
    public Event Plain => new()
    {
        Type = Version.IsTombstone ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
        Kv = Version.Read(),
    };

    /// <summary>The event with <c>prev_kv</c>.</summary>
    public Event WithPrevious
    {
        get
        {
            var shown = Plain;
            shown.PrevKv = Previous;
            return shown;
        }
    }

    /// <summary>The event as bytes, with <c>prev_kv</c> or without. Made on first use: two threads may make it twice, to the same effect.</summary>
    public EncodedEvent Encoded(bool withPrevious) => withPrevious && previous is not null
        ? _withPrevious ??= new EncodedEvent(WithPrevious)
        : _plain ??= new EncodedEvent(Plain);
}
