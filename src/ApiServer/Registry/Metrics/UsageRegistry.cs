using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Metrics;

/// <summary>A kind that is measured (<see cref="MetricsKinds"/>): it is read, and that is all that can be done.</summary>
/// <remarks>What a kubelet does not tell within its time is left out, as if nothing of it ran.</remarks>
internal abstract class UsageRegistry(ApiKind kind) : IResourceRegistry
{
    /// <inheritdoc/>
    public ApiKind Kind { get; } = kind;

    /// <inheritdoc/>
    public abstract Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct);

    /// <inheritdoc/>
    public abstract Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct);

    /// <inheritdoc/>
    public Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct) => throw OnlyRead();

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) => throw OnlyRead();

    /// <inheritdoc/>
    public Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct) => throw OnlyRead();

    /// <inheritdoc/>
    public Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct) => throw OnlyRead();

    /// <inheritdoc/>
    public Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct) => throw OnlyRead();

    /// <inheritdoc/>
    public Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct) => throw OnlyRead();

    // All other verbs are refused before they come here.
    private NotSupportedException OnlyRead() => new($"A {Kind.Kind} can only be read.");
}
