using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Autoscaling.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Scales;

/// <summary>The Scales of a kind's objects, as if they were objects themselves: to be read and changed, not to be made, listed or deleted.</summary>
internal sealed class ScaleRegistry(IResourceRegistry objects) : IResourceRegistry
{
    private const string Subresource = "scale";

    /// <inheritdoc/>
    public ApiKind Kind => SubresourceKinds.Scale;

    /// <inheritdoc/>
    public async Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct) =>
        ScaledObject.ScaleOf(await objects.GetAsync(request, ns, name, options, ct));

    /// <inheritdoc/>
    public async Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct)
    {
        var result = await objects.UpdateAsync(
            request, ns, name, Subresource, current => ScaledObject.Scaled(current!, (Scale)transform(ScaledObject.ScaleOf(current!))), options, ct);
        return new UpdateResult(ScaledObject.ScaleOf(result.Object), result.Created);
    }

    /// <summary>Refused (415): whose a Scale's one field is, is kept with the object, under another path.</summary>
    public Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct) =>
        throw StatusErrors.UnsupportedMediaType([MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch]);

    /// <inheritdoc/>
    public Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct) =>
        throw new NotSupportedException("A Scale is never created.");

    /// <inheritdoc/>
    public Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) =>
        throw new NotSupportedException("Scales are not listed.");

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchChange> WatchAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) =>
        throw new NotSupportedException("Scales are not watched.");

    /// <inheritdoc/>
    public Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct) =>
        throw new NotSupportedException("A Scale is never deleted.");

    /// <inheritdoc/>
    public Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct) =>
        throw new NotSupportedException("Scales are never deleted.");
}
