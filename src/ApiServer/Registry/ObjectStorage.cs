using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.Registry;

/// <summary>One kind's objects in the store: reads, and writes that cannot overlook each other.</summary>
internal sealed class ObjectStorage(ResourceStrategy strategy, IKeyValueStore store, ResourceCaches caches, StoreLeases leases)
{
    private const int MaxClaimAttempts = 16;

    private readonly ResourceCache _cache = caches.Of(strategy.Kind);

    private ApiKind Kind => strategy.Kind;

    /// <summary>The newest state, agreed by the store; null if there is none.</summary>
    public async Task<CachedObject?> ReadAsync(string key, CancellationToken ct)
    {
        var page = await store.RangeAsync(StoreRange.One(key), ct);
        return page.Items.Count == 0 ? null : Decode(page.Items[0]);
    }

    /// <summary>Stores a new object.</summary>
    public async Task<IApiObject> CreateAsync(string key, IApiObject obj, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            strategy.Allocate(obj, null);
            var lease = strategy.TimeToLive is { } life ? await leases.ForAsync(life, ct) : 0;
            var claims = ClaimChanges.Between([], strategy.ClaimsOf(obj));
            var outcome = await store.PutIfUnchangedAsync(key, 0, StoredObjects.Encode(Kind, obj), lease, claims, ct);
            if (outcome.Succeeded) return Stored(obj, outcome.Revision);
            if (outcome.Current is not null) throw AlreadyExists(obj.Metadata.Name, outcome.Current);
            ThrowIfClaimIsFinal(obj, outcome.TakenClaim, attempt);
        }
    }

    /// <summary>Refuses as a create would if the object exists; writes nothing.</summary>
    public async Task EnsureAbsentAsync(string key, string name, CancellationToken ct)
    {
        var page = await store.RangeAsync(StoreRange.One(key), ct);
        if (page.Items.Count > 0) throw AlreadyExists(name, page.Items[0]);
    }

    /// <summary>Changes one object by a function of its newest state, as often as it takes until no other write came between.</summary>
    /// <remarks>
    /// The first attempt starts from the cache and saves a read. A cached state may be old, so neither a refusal nor "nothing to do" stands
    /// until the store has confirmed the state it was decided on.
    /// </remarks>
    public async Task<IApiObject> ModifyAsync(string key, Func<CachedObject?, ValueTask<Modification>> decide, CancellationToken ct)
    {
        var state = _cache.Snapshot().Find(key);
        var isConfirmed = state is null;
        if (state is null) state = await ReadAsync(key, ct);
        for (var attempt = 1; ; attempt++)
        {
            Modification next;
            try
            {
                next = await decide(state);
            }
            catch (ApiException) when (!isConfirmed)
            {
                var (fresh, isSame) = await ConfirmAsync(key, state, ct);
                if (isSame) throw;
                (state, isConfirmed) = (fresh, true);
                continue;
            }
            if (next is Modification.Keep && !isConfirmed)
            {
                (state, var isSame) = await ConfirmAsync(key, state, ct);
                isConfirmed = true;
                if (!isSame) continue;
            }
            if (next is Modification.Keep { Object: var unchanged }) return unchanged;
            var outcome = await WriteAsync(key, state, next, ct);
            if (outcome.Succeeded) return Stored(next.Object, outcome.Revision);
            if (outcome.TakenClaim is not null) ThrowIfClaimIsFinal(next.Object, outcome.TakenClaim, attempt);
            (state, isConfirmed) = (outcome.Current is null ? null : Decode(outcome.Current), true);
        }
    }

    private async Task<(CachedObject? Fresh, bool IsSame)> ConfirmAsync(string key, CachedObject? state, CancellationToken ct)
    {
        var fresh = await ReadAsync(key, ct);
        return (fresh, fresh?.Revision == state?.Revision);
    }

    private async Task<WriteOutcome> WriteAsync(string key, CachedObject? state, Modification next, CancellationToken ct)
    {
        var before = state is null ? [] : strategy.ClaimsOf(state.Object);
        if (next is Modification.Remove)
        {
            return await store.DeleteIfUnchangedAsync(key, state!.Revision, ClaimChanges.Between(before, []), ct);
        }
        strategy.Allocate(next.Object, state?.Object);
        var lease = strategy.TimeToLive is { } life ? await leases.ForAsync(life, ct) : 0;
        var claims = ClaimChanges.Between(before, strategy.ClaimsOf(next.Object));
        return await store.PutIfUnchangedAsync(key, state?.Revision ?? 0, StoredObjects.Encode(Kind, next.Object), lease, claims, ct);
    }

    private void ThrowIfClaimIsFinal(IApiObject obj, string? claim, int attempt)
    {
        if (claim is null) return;
        if (strategy.ClaimRefusal(obj, claim) is { } refusal) throw StatusErrors.Invalid(Kind, obj.Metadata.Name, refusal);
        if (attempt >= MaxClaimAttempts) throw StatusErrors.InternalError($"failed to allocate {claim}: range is full");
    }

    // Kubernetes says so when the name is only taken until a deletion has ended.
    private ApiException AlreadyExists(string name, KeyValue current)
    {
        var refusal = StatusErrors.AlreadyExists(Kind.GroupResource, name);
        if (Decode(current).Object.Metadata.DeletionTimestamp is not null) refusal.Status.Message = "object is being deleted: " + refusal.Status.Message;
        return refusal;
    }

    private CachedObject Decode(KeyValue stored) => new(stored.Key.ToStringUtf8(), StoredObjects.Decode(Kind, stored), stored.ModRevision);

    private static IApiObject Stored(IApiObject obj, long revision)
    {
        obj.Metadata.ResourceVersion = ResourceVersions.Format(revision);
        return obj;
    }
}

/// <summary>What to do with one object.</summary>
internal abstract record Modification(IApiObject Object)
{
    /// <summary>Write the new state.</summary>
    public sealed record Write(IApiObject Object) : Modification(Object);

    /// <summary>Leave it.</summary>
    public sealed record Keep(IApiObject Object) : Modification(Object);

    /// <summary>Remove it; the object is its last state.</summary>
    public sealed record Remove(IApiObject Object) : Modification(Object);
}
