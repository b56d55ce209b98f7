using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Admission.ServiceAccounts;

/// <summary>Every Pod runs as a ServiceAccount that exists; "default" unless it names one.</summary>
/// <remarks>The token volume (kube-api-access-...) is not added: there is nothing in a simulated container that would use it.</remarks>
internal sealed class ServiceAccountPlugin(ObjectLookup lookup) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod pod }) return;
        // A mirror pod shows a static pod, which has no account.
        if (pod.IsMirror()) return;
        if (pod.Spec.ServiceAccountName.Length == 0) pod.Spec.ServiceAccountName = "default";
        pod.Spec.ServiceAccount = pod.Spec.ServiceAccountName;

        var (ns, name) = (request.Namespace, pod.Spec.ServiceAccountName);
        var account = await lookup.FindAsync<ServiceAccount>(ns, name, ct)
            ?? throw StatusErrors.Forbidden(request.Kind.GroupResource, request.Name,
                $"error looking up service account {ns}/{name}: serviceaccount {GoText.Quote(name)} not found");
        if (pod.Spec.ImagePullSecrets.Count == 0) pod.Spec.ImagePullSecrets.Add(account.ImagePullSecrets);
    }
}
