using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Admission.NodeRestriction;

/// <summary>A kubelet changes its own Node and Lease, and of its own Pods the status; nothing else.</summary>
internal sealed class NodeRestrictionPlugin : IAdmissionPlugin
{
    private const string RestrictedLabels = "node-restriction.kubernetes.io/";
    private const string LeaseNamespace = "kube-node-lease";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (NodeIdentity.NameOf(request.Context.User) is not { } node) return ValueTask.CompletedTask;
        if (request.Kind.ClrType == typeof(Node)) CheckNode(request, node);
        else if (request.Kind.ClrType == typeof(Pod)) CheckPod(request, node);
        else if (request.Kind.ClrType == typeof(Lease)) CheckLease(request, node);
        return ValueTask.CompletedTask;
    }

    private static void CheckNode(AdmissionRequest request, string node)
    {
        if (request.Name != node) throw Forbidden(request, $"node {GoText.Quote(node)} is not allowed to modify node {GoText.Quote(request.Name)}");
        if (request.Operation == AdmissionOperation.Delete) throw Forbidden(request, $"node {GoText.Quote(node)} is not allowed to delete itself");
        if (request is not { Operation: AdmissionOperation.Update, Object: Node changed, Existing: Node existing })
        {
            CheckLabels(request, node, request.Object!, new Node { Metadata = new() });
            return;
        }
        if (!changed.Spec.Taints.Equals(existing.Spec.Taints)) throw Forbidden(request, $"node {GoText.Quote(node)} is not allowed to modify taints");
        if (!changed.Metadata.OwnerReferences.Equals(existing.Metadata.OwnerReferences))
        {
            throw Forbidden(request, $"node {GoText.Quote(node)} is not allowed to modify ownerReferences");
        }
        CheckLabels(request, node, changed, existing);
    }

    private static void CheckLabels(AdmissionRequest request, string node, IApiObject changed, IApiObject existing)
    {
        var (after, before) = (changed.Metadata.Labels, existing.Metadata.Labels);
        var touched = after.Keys.Union(before.Keys)
            .Where(key => key.StartsWith(RestrictedLabels, StringComparison.Ordinal))
            .Where(key => after.TryGetValue(key, out var now) != before.TryGetValue(key, out var then) || now != then)
            .Order(StringComparer.Ordinal).ToArray();
        if (touched.Length > 0) throw Forbidden(request, $"node {GoText.Quote(node)} is not allowed to modify labels: {string.Join(", ", touched)}");
    }

    private static void CheckPod(AdmissionRequest request, string node)
    {
        var quoted = GoText.Quote(node);
        switch (request.Operation, request.Subresource)
        {
            case (AdmissionOperation.Create, ""):
                var created = (Pod)request.Object!;
                if (!created.IsMirror())
                {
                    throw Forbidden(request, $"pod does not have {GoText.Quote(MirrorPod.Annotation)} annotation, node {quoted} can only create mirror pods");
                }
                if (created.Spec.NodeName != node) throw Forbidden(request, $"node {quoted} can only create pods with spec.nodeName set to itself");
                break;
            case (AdmissionOperation.Update, "status"):
                if (((Pod)request.Existing!).Spec.NodeName != node)
                {
                    throw Forbidden(request, $"node {quoted} can only update pod status for pods with spec.nodeName set to itself");
                }
                if (!request.Object!.Metadata.Labels.Equals(request.Existing.Metadata.Labels))
                {
                    throw Forbidden(request, $"node {quoted} cannot update labels through pod status");
                }
                break;
            case (AdmissionOperation.Delete, ""):
                if (((Pod)request.Existing!).Spec.NodeName != node)
                {
                    throw Forbidden(request, $"node {quoted} can only delete pods with spec.nodeName set to itself");
                }
                break;
            default:
                throw Forbidden(request, $"unexpected operation, node {quoted} can only create, delete and update the status of pods");
        }
    }

    private static void CheckLease(AdmissionRequest request, string node)
    {
        if (request.Namespace != LeaseNamespace)
        {
            throw Forbidden(request, $"can only access leases in the {GoText.Quote(LeaseNamespace)} system namespace");
        }
        if (request.Name != node) throw Forbidden(request, "can only access node lease with the same name as the requesting node");
    }

    private static ApiException Forbidden(AdmissionRequest request, string why) =>
        StatusErrors.Forbidden(request.Kind.GroupResource, request.Name, why);
}
