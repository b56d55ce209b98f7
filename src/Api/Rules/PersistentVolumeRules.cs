using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Rules;

/// <summary>PersistentVolumes. Source: pkg/apis/core/validation of Kubernetes 1.32.</summary>
internal sealed class PersistentVolumeRules : ObjectRules<PersistentVolume>
{
    private const string Storage = "storage";
    private static readonly string[] Policies = ["Delete", "Recycle", "Retain"];
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override void Default(PersistentVolume value)
    {
        value.Status.Phase = PodDefaults.Or(value.Status.Phase, "Pending");
        value.Spec.PersistentVolumeReclaimPolicy = PodDefaults.Or(value.Spec.PersistentVolumeReclaimPolicy, "Retain");
        if (!value.Spec.HasVolumeMode) value.Spec.VolumeMode = "Filesystem";
        if (value.Spec.PersistentVolumeSource?.HostPath is { HasType: false } hostPath) hostPath.Type = "";
        if (value.Spec.PersistentVolumeSource?.Iscsi is { } iscsi) iscsi.IscsiInterface = PodDefaults.Or(iscsi.IscsiInterface, "default");
    }

    protected override void Check(PersistentVolume value, FieldErrorList errors)
    {
        var spec = value.Spec;
        if (spec.AccessModes.Count == 0) errors.Add(FieldError.Required(Spec.Child("accessModes")));
        PersistentVolumeClaimRules.Modes(spec.AccessModes, Spec.Child("accessModes"), errors);
        Capacity(spec, Spec.Child("capacity"), errors);
        Validation.Check.RequiredOneOf(spec.PersistentVolumeReclaimPolicy, Spec.Child("persistentVolumeReclaimPolicy"), errors, Policies);
        if (spec.NodeAffinity is { } affinity) NodeAffinity(affinity, Spec.Child("nodeAffinity"), errors);
        VolumeValidation.Source(spec.PersistentVolumeSource ?? new(), Spec, errors);
        if (spec.PersistentVolumeSource?.Local is not null && spec.NodeAffinity?.Required is null)
            errors.Add(FieldError.Required(FieldPath.Of("metadata", "annotations"), "Local volume requires node affinity"));
        if (spec is { PersistentVolumeReclaimPolicy: "Recycle", PersistentVolumeSource.HostPath.Path: "/" })
            errors.Add(FieldError.Forbidden(Spec.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"));
        if (spec.StorageClassName.Length > 0) errors.AddInvalid(Spec.Child("storageClassName"), spec.StorageClassName, NameRules.Subdomain(spec.StorageClassName));
        Validation.Check.OneOf(spec.VolumeMode, Spec.Child("volumeMode"), errors, "Block", "Filesystem");
    }

    // The storage stays the storage; what a driver is told to use for growing it may be added.
    protected override void CheckChange(PersistentVolume value, PersistentVolume old, FieldErrorList errors)
    {
        var source = value.Spec.PersistentVolumeSource?.Clone();
        if (source?.Csi is { } csi) csi.ControllerExpandSecretRef = old.Spec.PersistentVolumeSource?.Csi?.ControllerExpandSecretRef?.Clone();
        if (!Equals(source, old.Spec.PersistentVolumeSource))
            errors.Add(FieldError.Forbidden(Spec, "spec.persistentvolumesource is immutable after creation\n"));
        Fixed.Field(value.Spec.VolumeMode, old.Spec.VolumeMode, FieldPath.Of("volumeMode"), errors);
        if (old.Spec.NodeAffinity is not null) Fixed.Field(value.Spec.NodeAffinity, old.Spec.NodeAffinity, FieldPath.Of("nodeAffinity"), errors);
    }

    private static void Capacity(PersistentVolumeSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.Capacity.Count == 0) errors.Add(FieldError.Required(path));
        if (!spec.Capacity.ContainsKey(Storage) || spec.Capacity.Count > 1)
            errors.Add(FieldError.NotSupported(path, $"[{string.Join(' ', spec.Capacity.Keys.Order(StringComparer.Ordinal))}]", Storage));
        foreach (var (name, text) in spec.Capacity)
        {
            if (Quantity.Parse(text).Sign <= 0) errors.Add(FieldError.Invalid(path.Key(name), text, "must be greater than zero"));
        }
    }

    private static void NodeAffinity(VolumeNodeAffinity affinity, FieldPath path, FieldErrorList errors)
    {
        if (affinity.Required is null) errors.Add(FieldError.Required(path.Child("required"), "must specify required node constraints"));
        else SchedulingValidation.NodeSelector(affinity.Required, path.Child("required"), errors);
    }
}
