using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Waits until the caches are as fresh as a read demands.</summary>
internal sealed class CacheFreshness(IKeyValueStore store, ResourceCaches caches, TimeProvider time)
{
    /// <summary>Until the caches hold a first state at all; 503 when the store does not come.</summary>
    public async Task AnyAsync(CancellationToken ct)
    {
        if (caches.Ready.IsCompleted) return;
        try
        {
            await caches.Ready.WaitAsync(caches.Options.FreshnessTimeout, time, ct);
        }
        catch (TimeoutException)
        {
            throw StatusErrors.ServiceUnavailable("the apiserver has not read the store yet; please try again");
        }
    }

    /// <summary>Until everything that was written before this call is in; 504 when that takes too long.</summary>
    public async Task NewestAsync(CancellationToken ct)
    {
        if ((await HeadAsync(ct)).IsIn) return;
        throw StatusErrors.Timeout("the watch cache did not catch up with the store in time", retryAfterSeconds: 1);
    }

    /// <summary>The store's revision at this call, and whether everything up to it came in before the time was up.</summary>
    public async Task<(long Revision, bool IsIn)> HeadAsync(CancellationToken ct)
    {
        await AnyAsync(ct);
        var head = await store.RangeAsync(StoreRange.One(StoreKeys.Root) with { CountOnly = true }, ct);
        return (head.Revision, await caches.Progress.WaitAsync(head.Revision, caches.Options.FreshnessTimeout, ct));
    }

    /// <summary>Until a revision is in; 504 when it lies in the future.</summary>
    public async Task AtLeastAsync(long revision, CancellationToken ct)
    {
        await AnyAsync(ct);
        if (await caches.Progress.WaitAsync(revision, caches.Options.FreshnessTimeout, ct)) return;
        throw StatusErrors.TooLargeResourceVersion(revision, caches.Progress.Reached);
    }
}
