using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Admission.NamespaceLifecycle;

/// <summary>Nothing is created in a namespace that is absent or ends, and three namespaces cannot be deleted.</summary>
internal sealed class NamespaceLifecyclePlugin(ObjectLookup lookup) : IAdmissionPlugin
{
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public"];
    private static readonly ApiKind Namespaces = ApiKinds.Of<Namespace>();

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        // Updates and deletes must go on in a namespace that ends, or its content could never leave.
        if (request.Operation != AdmissionOperation.Create || !request.Kind.Namespaced) return;
        var ns = request.Namespace;
        // A cached namespace may just have gone or begun to end; that is found out at the latest by the content's removal.
        var found = await lookup.FindAsync<Namespace>("", ns, ct) ?? throw StatusErrors.NotFound(Namespaces.GroupResource, ns);
        if (found.Status.Phase == "Terminating" || found.Metadata.DeletionTimestamp is not null) throw Terminating(request, ns);
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request.Operation != AdmissionOperation.Delete || request.Kind != Namespaces) return ValueTask.CompletedTask;
        if (!Immortal.Contains(request.Name)) return ValueTask.CompletedTask;
        throw StatusErrors.Forbidden(Namespaces.GroupResource, request.Name, "this namespace may not be deleted");
    }

    private static ApiException Terminating(AdmissionRequest request, string ns)
    {
        var refusal = StatusErrors.Forbidden(request.Kind.GroupResource, request.Name,
            $"unable to create new content in namespace {ns} because it is being terminated");
        refusal.Status.Details.Causes.Add(new StatusCause
        {
            Reason = "NamespaceTerminating", Message = $"namespace {ns} is being terminated", Field = "metadata.namespace",
        });
        return refusal;
    }
}
