using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Storage;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>The caches of all kinds, and how far they have come together.</summary>
/// <remarks>
/// One watch over the whole key space feeds them all, so one revision says how far every kind is: a quiet kind's bookmarks move on, and
/// a consistent read needs no more than to wait for the store's present revision.
/// </remarks>
internal sealed class ResourceCaches
{
    private readonly FrozenDictionary<ApiKind, ResourceCache> _byKind;
    private readonly (byte[] Prefix, ApiKind Kind, ResourceCache Cache)[] _byPrefix;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Empty caches; <see cref="StoreFeed"/> fills them.</summary>
    /// <param name="indexes">The indexed field of the kinds that have one.</param>
    public ResourceCaches(IEnumerable<ApiKind> kinds, Func<ApiKind, Func<Protocol.IApiObject, string>?> indexes, WatchCacheOptions options, TimeProvider time)
    {
        Options = options;
        Progress = new RevisionWaiters(time);
        _byKind = kinds.ToFrozenDictionary(kind => kind, kind => new ResourceCache(kind.New, indexes(kind), options));
        _byPrefix = [.. _byKind.Select(entry =>
            (System.Text.Encoding.UTF8.GetBytes(StoreKeys.PrefixOf(entry.Key)), entry.Key, entry.Value))];
    }

    /// <summary>Sizes and limits.</summary>
    public WatchCacheOptions Options { get; }

    /// <summary>How far all caches are.</summary>
    public RevisionWaiters Progress { get; }

    /// <summary>Completes when the first list is in.</summary>
    public Task Ready => _ready.Task;

    /// <summary>One kind's cache.</summary>
    public ResourceCache Of(ApiKind kind) => _byKind[kind];

    /// <summary>All caches.</summary>
    public IEnumerable<KeyValuePair<ApiKind, ResourceCache>> All => _byKind;

    /// <summary>The kind a store key belongs to; false for keys that are none of ours.</summary>
    public bool TryFind(ByteString key, [NotNullWhen(true)] out ApiKind? kind, [NotNullWhen(true)] out ResourceCache? cache)
    {
        foreach (var entry in _byPrefix)
        {
            if (!key.Span.StartsWith(entry.Prefix)) continue;
            (kind, cache) = (entry.Kind, entry.Cache);
            return true;
        }
        (kind, cache) = (null, null);
        return false;
    }

    /// <summary>Everything up to a revision is in all caches: who waits for it or watches them may know.</summary>
    public void Advance(long revision)
    {
        foreach (var (_, cache) in _byKind) cache.Advance(revision);
        Progress.Set(revision);
    }

    /// <summary>The first list is in.</summary>
    public void MarkReady() => _ready.TrySetResult();
}
