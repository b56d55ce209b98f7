using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Security contexts.</summary>
internal static class SecurityValidation
{
    public static void Pod(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.SecurityContext is not { } context) return;
        Check.Id(context.HasFsGroup, context.FsGroup, path.Child("fsGroup"), errors);
        Check.Id(context.HasRunAsUser, context.RunAsUser, path.Child("runAsUser"), errors);
        Check.Id(context.HasRunAsGroup, context.RunAsGroup, path.Child("runAsGroup"), errors);
        for (var i = 0; i < context.SupplementalGroups.Count; i++)
            Check.Id(isSet: true, context.SupplementalGroups[i], path.Child("supplementalGroups").Index(i), errors);
        if (spec is { ShareProcessNamespace: true, HostPid: true })
            errors.Add(FieldError.Invalid(path.Child("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled"));
        if (context.HasFsGroupChangePolicy) Check.OneOf(context.FsGroupChangePolicy, path.Child("fsGroupChangePolicy"), errors, "Always", "OnRootMismatch");
        Seccomp(context.SeccompProfile, path.Child("seccompProfile"), errors);
        AppArmor(context.AppArmorProfile, path.Child("appArmorProfile"), errors);
        if (context.HasSupplementalGroupsPolicy) Check.OneOf(context.SupplementalGroupsPolicy, path.Child("supplementalGroupsPolicy"), errors, "Merge", "Strict");
    }

    public static void Container(SecurityContext? context, FieldPath path, FieldErrorList errors)
    {
        if (context is null) return;
        Check.Id(context.HasRunAsUser, context.RunAsUser, path.Child("runAsUser"), errors);
        Check.Id(context.HasRunAsGroup, context.RunAsGroup, path.Child("runAsGroup"), errors);
        if (context.HasProcMount) Check.OneOf(context.ProcMount, path.Child("procMount"), errors, "Default", "Unmasked");
        Seccomp(context.SeccompProfile, path.Child("seccompProfile"), errors);
        if (context is { HasAllowPrivilegeEscalation: true, AllowPrivilegeEscalation: false })
        {
            if (context.Privileged)
                errors.Add(FieldError.Invalid(path, FieldError.Omitted, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
            if (context.Capabilities?.Add.Contains("CAP_SYS_ADMIN") is true)
                errors.Add(FieldError.Invalid(path, FieldError.Omitted, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
        }
        AppArmor(context.AppArmorProfile, path.Child("appArmorProfile"), errors);
    }

    /// <summary>The annotations by which AppArmor profiles were named before there was a field; each is of a container that there is.</summary>
    public static void AppArmorAnnotations(Pod pod, FieldErrorList errors)
    {
        foreach (var (key, profile) in pod.Metadata.Annotations.Where(entry => entry.Key.StartsWith(Objects.AppArmorAnnotations.Prefix, StringComparison.Ordinal)))
        {
            var (path, name) = (FieldPath.Of("metadata", "annotations").Key(key), key[Objects.AppArmorAnnotations.Prefix.Length..]);
            if (!ContainerNames(pod.Spec).Contains(name)) errors.Add(FieldError.Invalid(path, name, "container not found"));
            if (!Objects.AppArmorAnnotations.IsWellFormed(profile)) errors.Add(FieldError.Invalid(path, profile, $"invalid AppArmor profile name: {GoText.Quote(profile)}"));
        }
    }

    private static IEnumerable<string> ContainerNames(PodSpec spec) =>
        spec.InitContainers.Concat(spec.Containers).Select(container => container.Name).Concat(spec.EphemeralContainers.Select(container => container.EphemeralContainerCommon?.Name ?? ""));

    private static void Seccomp(SeccompProfile? profile, FieldPath path, FieldErrorList errors)
    {
        if (profile is null) return;
        if (profile.Type.Length == 0) errors.Add(FieldError.Required(path.Child("type"), "type is required when seccompProfile is set"));
        else Check.OneOf(profile.Type, path.Child("type"), errors, "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Type == "Localhost")
        {
            if (!profile.HasLocalhostProfile) errors.Add(FieldError.Required(path.Child("localhostProfile"), "must be set when seccomp type is Localhost"));
            else Check.DescendingPath(profile.LocalhostProfile, path.Child("localhostProfile"), errors);
        }
        else if (profile.HasLocalhostProfile)
            errors.Add(FieldError.Invalid(path.Child("localhostProfile"), FieldError.Omitted, "can only be set when seccomp type is Localhost"));
    }

    private static void AppArmor(AppArmorProfile? profile, FieldPath path, FieldErrorList errors)
    {
        if (profile is null) return;
        if (profile.Type.Length == 0) errors.Add(FieldError.Required(path.Child("type"), "type is required when appArmorProfile is set"));
        else Check.OneOf(profile.Type, path.Child("type"), errors, "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Type == "Localhost" && profile.LocalhostProfile.Trim().Length == 0)
            errors.Add(FieldError.Required(path.Child("localhostProfile"), "must be set when AppArmor type is Localhost"));
        else if (profile.Type is "RuntimeDefault" or "Unconfined" && profile.HasLocalhostProfile)
            errors.Add(FieldError.Invalid(path.Child("localhostProfile"), profile.LocalhostProfile, "can only be set when AppArmor type is Localhost"));
    }
}
