using System.Text;

using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Rules;

/// <summary>PersistentVolumeClaims. Source: pkg/apis/core/validation of Kubernetes 1.32.</summary>
internal sealed class PersistentVolumeClaimRules : ObjectRules<PersistentVolumeClaim>
{
    private const string Storage = "storage";
    private const string Claim = "PersistentVolumeClaim";
    private const string Frozen = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";

    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Requested = Spec.Child("resources").Child("requests").Child(Storage);

    /// <summary>Fills in what a claim leaves unsaid, also one that a StatefulSet has a template of.</summary>
    internal static void Fill(PersistentVolumeClaim claim)
    {
        claim.Status.Phase = PodDefaults.Or(claim.Status.Phase, "Pending");
        if (!claim.Spec.HasVolumeMode) claim.Spec.VolumeMode = "Filesystem";
    }

    protected override void Default(PersistentVolumeClaim value) => Fill(value);

    protected override void Check(PersistentVolumeClaim value, FieldErrorList errors)
    {
        var spec = value.Spec;
        if (spec.AccessModes.Count == 0) errors.Add(FieldError.Required(Spec.Child("accessModes"), "at least 1 access mode is required"));
        SchedulingValidation.Selector(spec.Selector, Spec.Child("selector"), errors);
        Modes(spec.AccessModes, Spec.Child("accessModes"), errors);
        Size(spec, Spec.Child("resources").Key(Storage), errors);
        if (spec.StorageClassName.Length > 0)
            errors.AddInvalid(Spec.Child("storageClassName"), spec.StorageClassName, NameRules.Subdomain(spec.StorageClassName));
        if (spec.HasVolumeMode) Validation.Check.OneOf(spec.VolumeMode, Spec.Child("volumeMode"), errors, "Block", "Filesystem");
        if (spec.DataSource is { } source) Source(source.Name, source.Kind, source.ApiGroup, Spec.Child("dataSource"), errors);
        if (spec.DataSourceRef is { } reference) Source(reference.Name, reference.Kind, reference.ApiGroup, Spec.Child("dataSourceRef"), errors);
        if (spec is { DataSource: { } one, DataSourceRef: { } other } && (one.Name, one.Kind, one.ApiGroup) != (other.Name, other.Kind, other.ApiGroup))
            errors.Add(FieldError.Invalid(Spec, new GoValue("spec.dataSource"), "must match dataSourceRef"));
    }

    // A controller binds a claim once; what is bound may grow, and nothing else changes.
    protected override void CheckChange(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrorList errors)
    {
        var (rest, before) = (value.Spec.Clone(), old.Spec.Clone());
        if (old.Spec.VolumeName.Length == 0) before.VolumeName = rest.VolumeName;
        if (!old.Spec.HasStorageClassName && value.Spec.HasStorageClassName) rest.ClearStorageClassName();
        if (value.Status.Phase == "Bound" && old.Spec.Resources.Requests.TryGetValue(Storage, out var size)) rest.Resources.Requests[Storage] = size;
        KeepAttributesClass(rest, before);
        if (!rest.Equals(before)) errors.Add(FieldError.Forbidden(Spec, Frozen + Difference(rest, before)));

        Shrinking(value, old, errors);
        Fixed.Field(value.Spec.VolumeMode, old.Spec.VolumeMode, FieldPath.Of("volumeMode"), errors);
        if (value.Spec.HasVolumeAttributesClassName != old.Spec.HasVolumeAttributesClassName
            || value.Spec.VolumeAttributesClassName != old.Spec.VolumeAttributesClassName)
        {
            errors.Add(FieldError.Forbidden(
                Spec.Child("volumeAttributesClassName"), "update is forbidden when the VolumeAttributesClass feature gate is disabled"));
        }
    }

    protected override void CheckStatus(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrorList errors)
    {
        foreach (var (name, text) in value.Status.Capacity.OrderBy(amount => amount.Key, StringComparer.Ordinal))
        {
            if (Quantity.Parse(text).Sign < 0)
                errors.Add(FieldError.Invalid(FieldPath.Of("status", "capacity").Key(name), Quantity.Parse(text).Value, "must be a valid resource quantity"));
        }
    }

    private static void KeepAttributesClass(PersistentVolumeClaimSpec rest, PersistentVolumeClaimSpec before)
    {
        if (before.HasVolumeAttributesClassName) rest.VolumeAttributesClassName = before.VolumeAttributesClassName;
        else rest.ClearVolumeAttributesClassName();
    }

    internal static void Modes(IReadOnlyList<string> modes, FieldPath path, FieldErrorList errors)
    {
        foreach (var mode in modes) Validation.Check.OneOf(mode, path, errors, AccessModes);
        if (modes.Contains("ReadWriteOncePod") && modes.Any(mode => mode != "ReadWriteOncePod" && AccessModes.Contains(mode)))
            errors.Add(FieldError.Forbidden(path, "may not use ReadWriteOncePod with other access modes"));
    }

    private static void Size(PersistentVolumeClaimSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (!spec.Resources.Requests.TryGetValue(Storage, out var text)) errors.Add(FieldError.Required(path));
        else if (Quantity.Parse(text) is var size && size.Sign <= 0) errors.Add(FieldError.Invalid(path, size.ToString(), "must be greater than zero"));
    }

    private static void Source(string name, string kind, string group, FieldPath path, FieldErrorList errors)
    {
        Validation.Check.Required(name, path.Child("name"), errors);
        Validation.Check.Required(kind, path.Child("kind"), errors);
        if (group.Length > 0) errors.AddInvalid(path.Child("apiGroup"), group, NameRules.Subdomain(group));
        else if (kind != Claim) errors.Add(FieldError.Invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
    }

    // A volume that could not grow as far as was asked for may be asked to grow less, but never below what it has.
    private static void Shrinking(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrorList errors)
    {
        var size = Amount(value.Spec.Resources.Requests);
        if (size >= Amount(old.Spec.Resources.Requests)) return;
        if (size <= Amount(old.Status.Capacity)) errors.Add(FieldError.Forbidden(Requested, "field can not be less than status.capacity"));
    }

    private static Quantity Amount(IDictionary<string, string> amounts) =>
        amounts.TryGetValue(Storage, out var text) ? Quantity.Parse(text) : Quantity.Zero;

    private static string Difference(PersistentVolumeClaimSpec spec, PersistentVolumeClaimSpec old)
    {
        var text = new StringBuilder("  core.PersistentVolumeClaimSpec{\n");
        foreach (var field in PersistentVolumeClaimSpec.Descriptor.Fields.InDeclarationOrder())
        {
            var (was, now) = ($"{field.Accessor.GetValue(old)}", $"{field.Accessor.GetValue(spec)}");
            if (was == now) continue;
            text.Append("- \t").Append(field.JsonName).Append(": ").Append(was).Append(",\n");
            text.Append("+ \t").Append(field.JsonName).Append(": ").Append(now).Append(",\n");
        }
        return text.Append("  }\n").ToString();
    }
}
