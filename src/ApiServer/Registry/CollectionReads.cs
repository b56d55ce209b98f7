using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The get and list verbs.</summary>
/// <remarks>
/// resourceVersion | match              | limit | what is read
/// ----------------+--------------------+-------+------------------------------------------------------------------
/// (continue)      | -                  | any   | the token's revision, from history or, when that is gone, from the store
/// unset           | -                  | any   | the newest: the cache, once it has reached the store's present revision; the store, when
///                 |                    |       | that takes too long
/// 0               | unset/NotOlderThan | -     | the cache as it is, all of it
/// N               | NotOlderThan       | any   | the cache, once it has reached N
/// N               | unset              | none  | the same
/// N               | unset              | set   | exactly N
/// N               | Exact              | any   | exactly N
/// </remarks>
internal sealed class CollectionReads(RegistryParts parts, CacheFreshness freshness)
{
    private const int StorePageSize = 500;

    /// <summary>One object.</summary>
    public async Task<IApiObject> GetAsync(string ns, string name, GetOptions options, CancellationToken ct)
    {
        var key = parts.KeyOf(ns, name);
        var revision = ResourceVersions.Parse(options.ResourceVersion);
        CachedObject? found;
        if (options.ResourceVersion.Length == 0)
        {
            found = await parts.Storage.ReadAsync(key, ct);
        }
        else
        {
            await freshness.AtLeastAsync(revision, ct);
            found = parts.Cache.Snapshot().Find(key);
        }
        return found?.Object ?? throw StatusErrors.NotFound(parts.Kind.GroupResource, name);
    }

    /// <summary>A collection, or a page of it.</summary>
    public async Task<ObjectList> ListAsync(string ns, ListOptions options, CancellationToken ct)
    {
        ListOptionsRules.CheckList(options);
        var selection = Selections.Of(parts.Strategy, ns, options);
        if (options.Continue.Length > 0) return await ContinueAsync(selection, options, ct);
        var revision = ResourceVersions.Parse(options.ResourceVersion);
        if (ListOptionsRules.IsExact(options, revision)) return await ExactAsync(selection, revision, "", options.Limit, ct);
        if (options.ResourceVersion.Length == 0) return await NewestAsync(selection, "", options.Limit, ct);
        await freshness.AtLeastAsync(revision, ct);
        var limit = options.ResourceVersion == "0" ? 0 : options.Limit;
        return Page(parts.Cache.Snapshot(), selection, "", limit);
    }

    private async Task<ObjectList> ContinueAsync(Selection selection, ListOptions options, CancellationToken ct)
    {
        var token = ContinueToken.Parse(options.Continue);
        if (options.ResourceVersion is not ("" or "0") && options.ResourceVersion != ResourceVersions.Format(token.Revision))
        {
            throw StatusErrors.BadRequest("specifying resource version is not allowed when using continue");
        }
        var start = StoreKeys.PrefixOf(parts.Kind) + token.Start;
        if (token.Revision > 0) return await ExactAsync(selection, token.Revision, start, options.Limit, ct);
        return await NewestAsync(selection, start, options.Limit, ct);
    }

    private async Task<ObjectList> NewestAsync(Selection selection, string start, long limit, CancellationToken ct)
    {
        var (head, isIn) = await freshness.HeadAsync(ct);
        return isIn ? Page(parts.Cache.Snapshot(), selection, start, limit) : await StoredAsync(selection, head, start, limit, ct);
    }

    private async Task<ObjectList> ExactAsync(Selection selection, long revision, string start, long limit, CancellationToken ct)
    {
        await freshness.AtLeastAsync(revision, ct);
        if (parts.Cache.SnapshotAt(revision) is { } snapshot) return Page(snapshot, selection, start, limit);
        return await StoredAsync(selection, revision, start, limit, ct);
    }

    private async Task<ObjectList> StoredAsync(Selection selection, long revision, string start, long limit, CancellationToken ct)
    {
        try
        {
            return await FromStoreAsync(selection, revision, start, limit, ct);
        }
        catch (CompactedException)
        {
            throw start.Length == 0
                ? StatusErrors.Expired("The resourceVersion for the provided list is too old.")
                : Inconsistent(start);
        }
    }

    private ObjectList Page(CacheSnapshot snapshot, Selection selection, string start, long limit)
    {
        var version = ResourceVersions.Format(snapshot.Revision);
        if (limit <= 0) return new ObjectList([.. snapshot.Select(selection, start).Select(item => item.Object)], version, "", null);

        var items = new List<IApiObject>();
        foreach (var item in snapshot.Select(selection, start))
        {
            if (items.Count == limit) return PageOf(items, version, snapshot.Revision, item.Key, Remaining(snapshot, selection, item.Key));
            items.Add(item.Object);
        }
        return new ObjectList(items, version, "", null);
    }

    // Pages of history that memory no longer has; the last object of each page of the store tells where the next begins.
    private async Task<ObjectList> FromStoreAsync(Selection selection, long revision, string start, long limit, CancellationToken ct)
    {
        var items = new List<IApiObject>();
        var range = StoreRange.Prefix(selection.KeyPrefix) with { Revision = revision, Limit = StorePageSize };
        if (start.Length > 0) range = range with { Key = start };
        RangePage page;
        var count = 0L;
        do
        {
            page = await parts.Store.RangeAsync(range, ct);
            if (count == 0) count = page.Count;     // of the whole range: that of the first page
            foreach (var stored in page.Items)
            {
                var item = new CachedObject(stored.Key.ToStringUtf8(), StoredObjects.Decode(parts.Kind, stored), stored.ModRevision);
                if (!selection.Includes(item)) continue;
                if (limit > 0 && items.Count == limit) return PageOf(items, ResourceVersions.Format(revision), revision, item.Key, selection.Matches is null ? count - limit : null);
                items.Add(item.Object);
            }
            if (page.Items.Count > 0) range = range with { Key = page.Items[^1].Key.ToStringUtf8() + "\0" };
        }
        while (page.HasMore);
        return new ObjectList(items, ResourceVersions.Format(revision), "", null);
    }

    private ObjectList PageOf(List<IApiObject> items, string version, long revision, string nextKey, long? remaining) =>
        new(items, version, new ContinueToken(revision, nextKey[StoreKeys.PrefixOf(parts.Kind).Length..]).Format(), remaining);

    private static long? Remaining(CacheSnapshot snapshot, Selection selection, string key) =>
        selection.Matches is null ? snapshot.Select(selection, key).LongCount() : null;

    private ApiException Inconsistent(string start)
    {
        var refusal = StatusErrors.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue "
            + "parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided "
            + "token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was "
            + "returned and now may show up in the list.");
        refusal.Status.Metadata = new() { Continue = new ContinueToken(-1, start[StoreKeys.PrefixOf(parts.Kind).Length..]).Format() };
        return refusal;
    }
}
