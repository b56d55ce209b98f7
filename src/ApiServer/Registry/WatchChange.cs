using System.Collections.Concurrent;

using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>One event of a watch, shared by all watchers that receive it.</summary>
/// <remarks>A bookmark's object bears metadata.resourceVersion only, and the initial-events-end annotation where one is due.</remarks>
internal sealed class WatchChange(WatchEventType type, IApiObject @object)
{
    private readonly ConcurrentDictionary<object, ReadOnlyMemory<byte>> _encodings = new(concurrencyLevel: 1, capacity: 2);

    /// <summary>ADDED, MODIFIED, DELETED or BOOKMARK.</summary>
    public WatchEventType Type { get; } = type;

    /// <summary>The state after the event; for DELETED the last state with the resourceVersion of the deletion.</summary>
    public IApiObject Object { get; } = @object;

    /// <summary>The event in one encoding, made at the first call and kept for the other watchers.</summary>
    /// <param name="key">Names the encoding: one static object per encoding, since the change keeps it alive.</param>
    /// <param name="encode">Makes the bytes; may run twice when two watchers come at once.</param>
    public ReadOnlyMemory<byte> GetOrAddEncoding(object key, Func<WatchChange, byte[]> encode) =>
        _encodings.TryGetValue(key, out var bytes) ? bytes : _encodings.GetOrAdd(key, encode(this));
}
