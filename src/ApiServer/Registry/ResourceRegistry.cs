using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>One kind's verbs, put together.</summary>
internal sealed class ResourceRegistry : IResourceRegistry
{
    private readonly ObjectCreation _creation;
    private readonly ObjectUpdate _update;
    private readonly ObjectDeletion _deletion;
    private readonly CollectionReads _reads;
    private readonly CollectionWatches _watches;

    /// <summary>The verbs over their shared parts.</summary>
    public ResourceRegistry(RegistryParts parts, CacheFreshness freshness)
    {
        Kind = parts.Kind;
        _creation = new ObjectCreation(parts);
        _update = new ObjectUpdate(parts, _creation);
        _deletion = new ObjectDeletion(parts);
        _reads = new CollectionReads(parts, freshness);
        _watches = new CollectionWatches(parts, freshness);
    }

    /// <inheritdoc/>
    public ApiKind Kind { get; }

    /// <inheritdoc/>
    public Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct) =>
        _creation.CreateAsync(request, ns, obj, options, ct);

    /// <inheritdoc/>
    public async Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct)
    {
        var found = await _reads.GetAsync(ns, name, options, ct);
        request.Trace.Found(found.Metadata);
        return found;
    }

    /// <inheritdoc/>
    public async Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct)
    {
        var found = await _reads.ListAsync(ns, options, ct);
        request.Trace.Collection(found.ResourceVersion);
        return found;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct)
    {
        request.Trace.Collection(options.ResourceVersion);
        return _watches.WatchAsync(ns, options, ct);
    }

    /// <inheritdoc/>
    public Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct) =>
        _update.UpdateAsync(request, ns, name, subresource, transform, options, ct);

    /// <inheritdoc/>
    public Task<UpdateResult> ApplyAsync(
        RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct) =>
        _update.ApplyAsync(request, ns, name, subresource, apply, ct);

    /// <inheritdoc/>
    public Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct) =>
        _deletion.DeleteAsync(request, ns, name, options, ct);

    /// <inheritdoc/>
    public async Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct)
    {
        var found = await _reads.ListAsync(ns, listOptions, ct);
        var deleted = new List<IApiObject>(found.Items.Count);
        foreach (var item in found.Items)
        {
            try
            {
                deleted.Add((await _deletion.DeleteAsync(request, item.Metadata.Namespace, item.Metadata.Name, options, ct)).Object);
            }
            catch (ApiException ex) when (ex.Reason == StatusReasons.NotFound)
            {
                // Gone meanwhile, which is what was wanted.
            }
        }
        request.Trace.Collection(found.ResourceVersion, deleted.Count == 0 ? "" : deleted[^1].Metadata.ResourceVersion);
        return found with { Items = deleted };
    }
}
