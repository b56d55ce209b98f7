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
        var (ns, name, uid) = (binding.Namespace, binding.Account.Name, binding.Account.Uid);
        var account = await lookup.FindAsync<ServiceAccount>(ns, name, ct);
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
        var found = await lookup.FindAsync<T>(ns, bound.Name, ct);
        if (found is null || IsGone(found, deletedBefore)) return Invalidated;
        if (found.Metadata.Uid == bound.Uid) return null;
        var what = ApiKinds.Of<T>().Singular;
        return $"{what} UID ({found.Metadata.Uid}) does not match service account {what} ref claim ({bound.Uid})";
    }

    private static bool IsGone(IApiObject obj, DateTimeOffset deletedBefore) =>
        obj.Metadata.DeletionTimestamp is { } deleted && deleted.ToDateTimeOffset() < deletedBefore;
}
