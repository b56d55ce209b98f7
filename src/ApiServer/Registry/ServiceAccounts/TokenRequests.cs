using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.Authentication.Tokens;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authentication.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using TypeMeta = MiniK8s.Api.Objects.TypeMeta;

namespace MiniK8s.ApiServer.Registry.ServiceAccounts;

/// <summary>The token subresource: checks the request, finds what the token is to be bound to, has it signed.</summary>
/// <remarks>Source: pkg/registry/core/serviceaccount/storage/token.go and pkg/apis/authentication/validation of Kubernetes.</remarks>
internal sealed class TokenRequests(RegistryParts parts, ObjectLookup lookup, TokenIssuer issuer) : ITokenRequests
{
    private const long DefaultSeconds = 3600;
    private const long MinSeconds = 600;
    private const long MaxSeconds = 1L << 32;

    /// <inheritdoc/>
    public async Task<TokenRequest> IssueAsync(
        RequestContext request, string ns, string account, TokenRequest wanted, CreateOptions options, CancellationToken ct)
    {
        DryRun.Of(options.DryRun, "CreateOptions");
        SettleNames(wanted, ns, account);
        var found = await lookup.NewestAsync<ServiceAccount>(ns, account, ct) ?? throw StatusErrors.NotFound(parts.Kind.GroupResource, account);
        var now = MetadataTimes.Now(parts.Time);
        wanted.Metadata.CreationTimestamp = Timestamp.FromDateTimeOffset(now);
        wanted.Spec ??= new();
        if (!wanted.Spec.HasExpirationSeconds) wanted.Spec.ExpirationSeconds = DefaultSeconds;
        if (wanted.Spec.Audiences.Count == 0) wanted.Spec.Audiences.Add(issuer.DefaultAudiences);
        wanted.Status = new();
        CheckExpiration(wanted.Spec.ExpirationSeconds);
        await parts.Admission.ValidateAsync(new(request, AdmissionOperation.Create, parts.Kind, "token", ns, account, wanted, null), ct);

        var binding = await BindAsync(new(ns, new(account, found.Metadata.Uid)), wanted.Spec.BoundObjectRef, ct);
        var lifetime = TimeSpan.FromSeconds(wanted.Spec.ExpirationSeconds);
        wanted.Status.Token = issuer.Issue(binding, wanted.Spec.Audiences, now, lifetime);
        wanted.Status.ExpirationTimestamp = Timestamp.FromDateTimeOffset(now + lifetime);
        return wanted;
    }

    // Name and namespace may be left out; given, they are those of the path.
    private static void SettleNames(TokenRequest wanted, string ns, string account)
    {
        var metadata = wanted.Metadata;
        if (metadata.Name.Length > 0 && metadata.Name != account)
            throw Refused(account, FieldPath.Of("metadata").Child("name"), metadata.Name, "must match the service account name if specified");
        if (metadata.Namespace.Length > 0 && metadata.Namespace != ns)
            throw Refused(account, FieldPath.Of("metadata").Child("namespace"), metadata.Namespace, "must match the service account namespace if specified");
        (metadata.Name, metadata.Namespace) = (account, ns);
    }

    private static void CheckExpiration(long seconds)
    {
        var field = FieldPath.Of("spec").Child("expirationSeconds");
        if (seconds < MinSeconds) throw Refused("", field, seconds, "may not specify a duration less than 10 minutes");
        if (seconds > MaxSeconds) throw Refused("", field, seconds, "may not specify a duration larger than 2^32 seconds");
    }

    private async ValueTask<TokenBinding> BindAsync(TokenBinding account, BoundObjectReference? to, CancellationToken ct)
    {
        if (to is null) return account;
        var type = new TypeMeta(to.ApiVersion, to.Kind);
        return (type.Group, type.Kind) switch
        {
            ("", "Pod") => await BindToPodAsync(account, to, ct),
            ("", "Secret") => account with { Secret = ReferenceTo(await FindAsync<Secret>(account.Namespace, to, ct)) },
            ("", "Node") => account with { Node = ReferenceTo(await FindAsync<Node>("", to, ct)) },
            _ => throw StatusErrors.BadRequest($"cannot bind token to object of type {type.Group}/{type.Version}, Kind={type.Kind}"),
        };
    }

    private async ValueTask<TokenBinding> BindToPodAsync(TokenBinding account, BoundObjectReference to, CancellationToken ct)
    {
        var pod = await FindAsync<Pod>(account.Namespace, to, ct);
        if (pod.Spec.ServiceAccountName != account.Account.Name)
            throw StatusErrors.BadRequest($"cannot bind token for serviceaccount {GoText.Quote(account.Account.Name)} to pod running with different serviceaccount name.");
        var node = pod.Spec.NodeName.Length == 0 ? null : await lookup.NewestAsync<Node>("", pod.Spec.NodeName, ct);
        // A node that is not there any more is told by its name alone.
        var where = pod.Spec.NodeName.Length == 0 ? null : new TokenReference(pod.Spec.NodeName, node?.Metadata.Uid ?? "");
        return account with { Pod = ReferenceTo(pod), Node = where };
    }

    private async ValueTask<T> FindAsync<T>(string ns, BoundObjectReference to, CancellationToken ct) where T : class, IApiObject
    {
        var found = await lookup.NewestAsync<T>(ns, to.Name, ct) ?? throw StatusErrors.NotFound(ApiKinds.Of<T>().GroupResource, to.Name);
        if (to.Uid.Length == 0 || to.Uid == found.Metadata.Uid) return found;
        throw StatusErrors.Conflict(
            new GroupResource("", to.Kind), to.Name,
            $"the UID in the bound object reference ({to.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
    }

    private static TokenReference ReferenceTo(IApiObject obj) => new(obj.Metadata.Name, obj.Metadata.Uid);

    private static ApiException Refused(string name, FieldPath field, object value, string because) =>
        StatusErrors.Invalid(SubresourceKinds.TokenRequest, name, FieldError.Invalid(field, value, because));
}
