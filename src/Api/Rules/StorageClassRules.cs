using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Storage.V1;

namespace MiniK8s.Api.Rules;

/// <summary>StorageClasses. Source: pkg/apis/storage/validation of Kubernetes 1.32.</summary>
internal sealed class StorageClassRules : ObjectRules<StorageClass>
{
    protected override void Default(StorageClass value)
    {
        if (!value.HasReclaimPolicy) value.ReclaimPolicy = "Delete";
        if (!value.HasVolumeBindingMode) value.VolumeBindingMode = "Immediate";
    }

    protected override void Check(StorageClass value, FieldErrorList errors)
    {
        if (value.Provisioner.Length == 0) errors.Add(FieldError.Required(FieldPath.Of("provisioner")));
        else errors.AddInvalid(FieldPath.Of("provisioner"), value.Provisioner, NameRules.QualifiedName(value.Provisioner.ToLowerInvariant()));
        if (value.Parameters.ContainsKey("")) errors.Add(FieldError.Invalid(FieldPath.Of("parameters"), "", "field can not be empty."));
        Validation.Check.OneOf(value.ReclaimPolicy, FieldPath.Of("reclaimPolicy"), errors, "Delete", "Retain");
        Validation.Check.OneOf(value.VolumeBindingMode, FieldPath.Of("volumeBindingMode"), errors, "Immediate", "WaitForFirstConsumer");
    }

    protected override void CheckChange(StorageClass value, StorageClass old, FieldErrorList errors)
    {
        if (!value.Parameters.Equals(old.Parameters)) errors.Add(FieldError.Forbidden(FieldPath.Of("parameters"), "updates to parameters are forbidden."));
        if (value.Provisioner != old.Provisioner) errors.Add(FieldError.Forbidden(FieldPath.Of("provisioner"), "updates to provisioner are forbidden."));
        if (value.ReclaimPolicy != old.ReclaimPolicy) errors.Add(FieldError.Forbidden(FieldPath.Of("reclaimPolicy"), "updates to reclaimPolicy are forbidden."));
        Fixed.Field(value.VolumeBindingMode, old.VolumeBindingMode, FieldPath.Of("volumeBindingMode"), errors);
    }
}
