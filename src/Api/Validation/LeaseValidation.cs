using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What a Lease must be.</summary>
internal static class LeaseValidation
{
    public static void Check(Lease lease, FieldErrorList errors)
    {
        var spec = FieldPath.Of("spec");
        if (lease.Spec.HasLeaseDurationSeconds && lease.Spec.LeaseDurationSeconds <= 0)
            errors.Add(FieldError.Invalid(spec.Child("leaseDurationSeconds"), lease.Spec.LeaseDurationSeconds, "must be greater than 0"));
        if (lease.Spec.HasLeaseTransitions && lease.Spec.LeaseTransitions < 0)
            errors.Add(FieldError.Invalid(spec.Child("leaseTransitions"), lease.Spec.LeaseTransitions, MetadataValidation.NotNegative));
    }
}
