using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>One kind's verbs: defaults, admission, validation and storage, whichever face the request came through.</summary>
/// <remarks>
/// Every refusal is an <see cref="MiniK8s.Api.Errors.ApiException"/> carrying a Status. Objects that come out are shared with caches and
/// other callers: clone before changing one. A namespace of "" means all namespaces for collections, and is the only one a
/// cluster-scoped kind has.
/// </remarks>
internal interface IResourceRegistry
{
    /// <summary>The kind served.</summary>
    ApiKind Kind { get; }

    /// <summary>Stores a new object; <paramref name="obj"/> is cloned, never changed.</summary>
    Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct);

    /// <summary>Reads one object: the newest, or with a resourceVersion one not older than it.</summary>
    Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct);

    /// <summary>Reads a collection with the consistency and paging the options ask for.</summary>
    Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct);

    /// <summary>Follows a collection: each time the changes that wait, oldest first, valid until the next are asked for.</summary>
    /// <remarks>Ends quietly at timeoutSeconds; throws (410 Expired, and others) when it cannot go on.</remarks>
    IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct);

    /// <summary>Reads the object, lets <paramref name="transform"/> change a clone of it, admits, validates and writes.</summary>
    /// <remarks>
    /// A PUT is <c>_ => body</c>. Where the result bears no resourceVersion of its own (or the one just read), a write conflict reads again
    /// and transforms again. Nothing is written when nothing changed. The transform is handed null when the object is absent and the kind
    /// may be created by an update; for other kinds absence is 404 without a call.
    /// </remarks>
    /// <param name="subresource">"", "status", "finalize", "scale", or "ephemeralcontainers" of pods.</param>
    Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct);

    /// <summary>Applies a configuration: changes the object, or creates it where it is absent.</summary>
    /// <param name="subresource">"" or "status"; through a subresource nothing is created.</param>
    Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct);

    /// <summary>Deletes, or begins a graceful deletion.</summary>
    Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct);

    /// <summary>Deletes each object the list options select; one that has gone meanwhile is no error.</summary>
    Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct);
}
