using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>How far everything is at one moment.</summary>
/// <param name="Head">The store's revision.</param>
/// <param name="Cached">The watch cache's.</param>
/// <param name="Compacted">Older ones the store has forgotten.</param>
internal readonly record struct Moment(long Head, long Cached, long Compacted);

/// <summary>What a right apiserver holds: all history, and how much of it the store and the cache know.</summary>
/// <param name="start">The store's revision before the first write; of the kinds checked there was nothing.</param>
/// <param name="remembered">How many changes of a kind the cache keeps.</param>
internal sealed class Model(long start, int remembered)
{
    private readonly Dictionary<Kind, History> _histories = Kind.All.ToDictionary(kind => kind, _ => new History(start));

    public long Start { get; } = start;

    public Moment Now { get; private set; } = new(start, start, 0);

    public History Of(Kind kind) => _histories[kind];

    /// <summary>Whether a cache at a revision still has the state as of an older one.</summary>
    public bool Remembers(Kind kind, long cached, long revision) => revision >= Of(kind).MemoryOf(cached, remembered);

    /// <summary>The next revision of the store: an object's new state, or null.</summary>
    public void Write(Kind kind, string key, JsonObject? after)
    {
        Now = Now with { Head = Now.Head + 1 };
        Of(kind).Add(Now.Head, key, after);
    }

    public void Cache(long revision) => Now = Now with { Cached = long.Max(revision, Now.Cached) };

    public void Compact(long revision) => Now = Now with { Compacted = revision };
}
