using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Resources;

/// <summary>The verbs of one kind.</summary>
/// <remarks>
/// A namespace is "" for kinds without one and, where many objects are meant, for all namespaces. A refusal is an
/// <see cref="MiniK8s.Api.Errors.ApiException"/> with the server's Status; an unreachable server is one with code 503, a call that took longer
/// than <see cref="ApiClientOptions.RequestTimeout"/> one with 504. Nothing is retried here. Results are the caller's own objects.
/// </remarks>
public interface IResourceClient<T>
    where T : class, IApiObject
{
    /// <summary>Creates <paramref name="obj"/> in its own namespace and answers what was stored.</summary>
    Task<T> CreateAsync(T obj, CancellationToken ct, CreateOptions? options = null);

    /// <summary>Reads one object.</summary>
    Task<T> GetAsync(string ns, string name, CancellationToken ct);

    /// <summary>Reads a collection, or the page of it that the options ask for.</summary>
    Task<ResourceList<T>> ListAsync(string ns, ListOptions? options, CancellationToken ct);

    /// <summary>Follows a collection. Ends when the server ends it; throws with code 410 when the version asked for is gone.</summary>
    IAsyncEnumerable<WatchChange<T>> WatchAsync(string ns, ListOptions? options, CancellationToken ct);

    /// <summary>Replaces an object, its status excepted; a resourceVersion in it must be the stored one (409 otherwise).</summary>
    Task<T> UpdateAsync(T obj, CancellationToken ct, UpdateOptions? options = null);

    /// <summary>Replaces an object's status and nothing else.</summary>
    Task<T> UpdateStatusAsync(T obj, CancellationToken ct, UpdateOptions? options = null);

    /// <summary>Applies a JSON patch document.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The object.</param>
    /// <param name="type">How <paramref name="patch"/> is meant.</param>
    /// <param name="patch">The document, JSON.</param>
    /// <param name="subresource">"" for the object, or for example "status".</param>
    /// <param name="ct">Cancelling leaves open whether the patch was applied.</param>
    Task<T> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct);

    /// <summary>Deletes an object, or marks it for deletion where it has finalizers or a grace period. Answers its last or marked state.</summary>
    Task<T> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct);

    /// <summary>Deletes what the list options select, each object as <see cref="DeleteAsync"/> would.</summary>
    Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct);
}
