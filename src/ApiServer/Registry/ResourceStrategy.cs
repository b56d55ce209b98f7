using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>What is special about one kind, besides its defaults and validation (Api). The base class is a kind with nothing special.</summary>
/// <remarks>Objects handed in are this request's own copies; <c>existing</c> is shared and must not be changed.</remarks>
internal abstract class ResourceStrategy(ApiKind kind)
{
    /// <summary>The kind.</summary>
    public ApiKind Kind { get; } = kind;

    /// <summary>A PUT on an absent object creates it.</summary>
    public virtual bool AllowsCreateOnUpdate => false;

    /// <summary>An update may do without a resourceVersion.</summary>
    public virtual bool AllowsUnconditionalUpdate => true;

    /// <summary>How long an object lives in the store; null is for ever.</summary>
    public virtual TimeSpan? TimeToLive => null;

    /// <summary>The field many watchers select one value of each, as its field selector is written; null if there is none.</summary>
    public virtual string? IndexedField => null;

    /// <summary>The value of a field for field selectors, "" when it is empty; null when the kind's selectors do not know the field.</summary>
    public virtual string? FieldOf(IApiObject obj, string field) => field switch
    {
        "metadata.name" => obj.Metadata.Name,
        "metadata.namespace" when Kind.Namespaced => obj.Metadata.Namespace,
        _ => null,
    };

    /// <summary>Puts server-owned fields in order, after mutating admission.</summary>
    public virtual void PrepareForCreate(IApiObject obj)
    {
    }

    /// <summary>Puts back what this way of updating must not change.</summary>
    /// <param name="subresource">"", "status", "finalize", or "ephemeralcontainers" of pods.</param>
    public virtual void PrepareForUpdate(IApiObject obj, IApiObject existing, string subresource)
    {
    }

    /// <summary>Paths of what this way of writing cannot change, and whoever writes so does not come to own; as <see cref="PrepareForUpdate"/> has it.</summary>
    /// <param name="subresource">"", "status", ...</param>
    public virtual IReadOnlyList<string> ResetFields(string subresource) =>
        subresource == "status" ? ["spec"] : Kind.Subresources.Contains("status") ? ["status"] : [];

    /// <summary>The kind is deleted gracefully: whether nothing runs for this object any more, and its own grace period.</summary>
    public virtual (bool NothingRuns, long? DefaultGrace)? GraceOf(IApiObject obj) => null;

    /// <summary>What the first delete changes besides the timestamps.</summary>
    public virtual void PrepareForDelete(IApiObject obj)
    {
    }

    /// <summary>Things other than metadata.finalizers that keep a deleted object.</summary>
    public virtual bool HasOwnFinalizers(IApiObject obj) => false;

    /// <summary>Store keys that the object holds and no other may (cluster IPs, node ports).</summary>
    public virtual IReadOnlyList<string> ClaimsOf(IApiObject obj) => [];

    /// <summary>Chooses what must be unique in the cluster and was left open; called again when somebody was faster.</summary>
    public virtual void Allocate(IApiObject obj, IApiObject? existing)
    {
    }

    /// <summary>The refusal for a claim the client chose itself; null when <see cref="Allocate"/> chose it and may choose again.</summary>
    public virtual FieldError? ClaimRefusal(IApiObject obj, string claim) => null;
}

/// <summary>A strategy in terms of its own type.</summary>
internal abstract class ResourceStrategy<T>() : ResourceStrategy(ApiKinds.Of<T>())
    where T : class, IApiObject
{
    /// <inheritdoc/>
    public sealed override void PrepareForCreate(IApiObject obj) => PrepareForCreate((T)obj);

    /// <inheritdoc/>
    public sealed override void PrepareForUpdate(IApiObject obj, IApiObject existing, string subresource) =>
        PrepareForUpdate((T)obj, (T)existing, subresource);

    /// <summary>Puts server-owned fields in order, after mutating admission.</summary>
    protected virtual void PrepareForCreate(T obj)
    {
    }

    /// <summary>Puts back what this way of updating must not change.</summary>
    protected virtual void PrepareForUpdate(T obj, T existing, string subresource)
    {
    }
}
