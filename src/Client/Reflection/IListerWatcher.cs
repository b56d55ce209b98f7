using MiniK8s.Client.Resources;
using MiniK8s.Protocol;

namespace MiniK8s.Client.Reflection;

/// <summary>A collection that can be listed and then followed.</summary>
public interface IListerWatcher<T>
    where T : class, IApiObject
{
    /// <summary>The whole collection at one moment.</summary>
    Task<ResourceList<T>> ListAsync(CancellationToken ct);

    /// <summary>What happened after <paramref name="resourceVersion"/>, bookmarks included. May end at any time without an error.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">With code 410 when that version is no longer kept.</exception>
    IAsyncEnumerable<WatchChange<T>> WatchAsync(string resourceVersion, CancellationToken ct);
}
