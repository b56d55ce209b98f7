using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Admission;

/// <summary>A simulated node has no AppArmor, so it takes no pod that demands a profile [pkg/security/apparmor, pkg/kubelet/lifecycle/handlers.go].</summary>
/// <remarks>
/// Unconfined demands none. The annotations are looked at, too: those of a static pod have not been through the apiserver, which makes them fields. A pod
/// that has been running is not asked again.
/// </remarks>
internal static class AppArmor
{
    /// <summary>Null when the pod demands no profile.</summary>
    public static Refusal? Check(Pod pod) =>
        pod.Status?.Phase != "Running" && IsDemanded(pod) ? new("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host") : null;

    private static bool IsDemanded(Pod pod) =>
        IsConfined(pod.Spec.SecurityContext?.AppArmorProfile)
        || pod.Spec.Containers.Concat(pod.Spec.InitContainers).Any(container => IsConfined(container.SecurityContext?.AppArmorProfile))
        || pod.Spec.EphemeralContainers.Any(container => IsConfined(container.EphemeralContainerCommon.SecurityContext?.AppArmorProfile))
        || pod.Metadata.Annotations.Any(entry => entry.Key.StartsWith(AppArmorAnnotations.Prefix, StringComparison.Ordinal) && entry.Value != AppArmorAnnotations.Unconfined);

    private static bool IsConfined(AppArmorProfile? profile) => profile is { Type: not "Unconfined" };
}
