using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>A kind that is a question (<see cref="ReviewKinds"/>): creating one answers it, and that is all that can be done.</summary>
internal abstract class ReviewRegistry(ApiKind kind) : IResourceRegistry
{
    /// <inheritdoc/>
    public ApiKind Kind { get; } = kind;

    /// <summary>The question with its answer; nothing is stored, so a dry run is no different.</summary>
    public Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct) =>
        AnswerAsync(request.User, obj, ct).AsTask();

    /// <inheritdoc/>
    public Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct) => throw OnlyCreated();

    /// <inheritdoc/>
    public Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) => throw OnlyCreated();

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) => throw OnlyCreated();

    /// <inheritdoc/>
    public Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct) => throw OnlyCreated();

    /// <inheritdoc/>
    public Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct) =>
        throw OnlyCreated();

    /// <inheritdoc/>
    public Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct) => throw OnlyCreated();

    /// <inheritdoc/>
    public Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct) => throw OnlyCreated();

    /// <summary>Answers; throws the 422 for a question that is none. The question may be changed, it is nobody else's.</summary>
    protected abstract ValueTask<IApiObject> AnswerAsync(UserInfo user, IApiObject question, CancellationToken ct);

    // Both faces refuse all other verbs before they come here.
    private NotSupportedException OnlyCreated() => new($"A {Kind.Kind} can only be created.");
}
