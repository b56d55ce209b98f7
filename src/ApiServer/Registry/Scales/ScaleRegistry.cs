using MiniK8s.Api.ManagedFields;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Autoscaling.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Scales;

/// <summary>The Scales of a kind's objects, as if they were objects themselves: to be read and changed, not to be made, listed or deleted.</summary>
internal sealed class ScaleRegistry(IResourceRegistry objects) : IResourceRegistry
{
    private const string Subresource = "scale";
    private static readonly FieldScope Configurations = new(SubresourceKinds.Scale, "", []);

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

    /// <inheritdoc/>
    /// <remarks>The one field of a Scale that can be owned is kept with the object, as a field of the object set through its scale.</remarks>
    public async Task<UpdateResult> ApplyAsync(
        RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct)
    {
        ServerSideApply.Check(Configurations, apply.Configuration.Document);
        var configuration = apply.Configuration with { Document = ScaledObject.ConfigurationOf(objects.Kind, apply.Configuration.Document) };
        var result = await objects.ApplyAsync(request, ns, name, Subresource, apply with { Configuration = configuration }, ct);
        return new UpdateResult(ScaledObject.ScaleOf(result.Object), result.Created);
    }

    /// <inheritdoc/>
    public Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct) =>
        throw new NotSupportedException("A Scale is never created.");

    /// <inheritdoc/>
    public Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) =>
        throw new NotSupportedException("Scales are not listed.");

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) =>
        throw new NotSupportedException("Scales are not watched.");

    /// <inheritdoc/>
    public Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct) =>
        throw new NotSupportedException("A Scale is never deleted.");

    /// <inheritdoc/>
    public Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct) =>
        throw new NotSupportedException("Scales are never deleted.");
}
