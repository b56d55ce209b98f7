using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Admission;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>The objects that tokens are bound to.</summary>
internal sealed class BoundObjects(ObjectLookup lookup)
{
    private const string Invalidated = "service account token has been invalidated";

    /// <summary>Why the token is no longer good; null while all it is bound to is there.</summary>
    /// <param name="deletedBefore">What was deleted before this is gone, even where finalizers still keep it.</param>
    public async ValueTask<string?> WhyVoidAsync(TokenBinding binding, DateTimeOffset deletedBefore, CancellationToken ct)
    {
        var (ns, (name, uid)) = (binding.Namespace, binding.Account);
        var account = await FindAsync<ServiceAccount>(ns, binding.Account, ct);
        if (account is null) return StatusErrors.NotFound(ApiKinds.Of<ServiceAccount>().GroupResource, name).Message;
        if (IsGone(account, deletedBefore)) return $"service account {ns}/{name} has been deleted";
        if (account.Metadata.Uid != uid) return $"service account UID ({account.Metadata.Uid}) does not match claim ({uid})";

        return await WhyGoneAsync<Secret>(ns, binding.Secret, deletedBefore, ct)
            ?? await WhyGoneAsync<Pod>(ns, binding.Pod, deletedBefore, ct)
            // A pod's token tells the node too, and does not depend on it.
            ?? await WhyGoneAsync<Node>("", binding.Pod is null ? binding.Node : null, deletedBefore, ct);
    }

    private async ValueTask<string?> WhyGoneAsync<T>(string ns, TokenReference? bound, DateTimeOffset deletedBefore, CancellationToken ct)
        where T : class, IApiObject
    {
        if (bound is null) return null;
        var found = await FindAsync<T>(ns, bound, ct);
        if (found is null || IsGone(found, deletedBefore)) return Invalidated;
        if (found.Metadata.Uid == bound.Uid) return null;
        var what = ApiKinds.Of<T>().Singular;
        return $"{what} UID ({found.Metadata.Uid}) does not match service account {what} ref claim ({bound.Uid})";
    }

    // The cache's word if it knows this very object, else the store's: what was made a moment ago counts.
    private async ValueTask<T?> FindAsync<T>(string ns, TokenReference bound, CancellationToken ct) where T : class, IApiObject =>
        lookup.Cached<T>(ns, bound.Name) is { } cached && cached.Metadata.Uid == bound.Uid ? cached : await lookup.NewestAsync<T>(ns, bound.Name, ct);

    private static bool IsGone(IApiObject obj, DateTimeOffset deletedBefore) =>
        obj.Metadata.DeletionTimestamp is { } deleted && deleted.ToDateTimeOffset() < deletedBefore;
}
