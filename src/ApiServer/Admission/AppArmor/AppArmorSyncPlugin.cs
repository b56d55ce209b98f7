using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Admission.AppArmor;

/// <summary>A new Pod's AppArmor profiles stand in the field and in the annotation, whichever of them the client wrote [pkg/registry/core/pod/strategy.go applyAppArmorVersionSkew].</summary>
/// <remarks>
/// <code>
/// annotation       | field of the container | what is done
/// -----------------+------------------------+------------------------------------------------------------------------------
/// none             | set, or the pod's is   | the annotation is written from it
/// names a profile  | none                   | the field is written from it, unless the pod's says the same; else a warning too
/// names none       | none                   | nothing but a warning
/// any              | set                    | nothing
/// </code>
/// Pods for Windows are passed over.
/// </remarks>
internal sealed class AppArmorSyncPlugin : IAdmissionPlugin
{
    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod { Spec: not null } pod } && pod.Spec.Os?.Name != "windows")
        {
            foreach (var container in pod.Spec.InitContainers.Concat(pod.Spec.Containers)) Sync(pod, container, request.Context.Warnings);
        }
        return ValueTask.CompletedTask;
    }

    private static void Sync(Pod pod, Container container, IList<string> warnings)
    {
        var ofPod = pod.Spec.SecurityContext?.AppArmorProfile;
        var own = container.SecurityContext?.AppArmorProfile;
        var key = AppArmorAnnotations.Prefix + container.Name;
        if (!pod.Metadata.Annotations.TryGetValue(key, out var annotation))
        {
            if ((own ?? ofPod) is { } profile && AppArmorAnnotations.ValueOf(profile) is { } value) pod.Metadata.Annotations[key] = value;
            return;
        }
        if (own is not null) return;
        var named = AppArmorAnnotations.ProfileOf(annotation);
        if (named is not null && named.Equals(ofPod)) return;
        if (named is not null) (container.SecurityContext ??= new()).AppArmorProfile = named;
        // A write that is tried again says it once.
        var warning = $"{FieldPath.Of("metadata", "annotations").Key(key)}: deprecated since v1.30; use the \"appArmorProfile\" field instead";
        if (!warnings.Contains(warning)) warnings.Add(warning);
    }
}
