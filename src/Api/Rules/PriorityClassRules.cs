using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Scheduling.V1;

namespace MiniK8s.Api.Rules;

/// <summary>PriorityClasses. Source: pkg/apis/scheduling/validation of Kubernetes 1.32.</summary>
internal sealed class PriorityClassRules : ObjectRules<PriorityClass>
{
    private const string SystemPrefix = "system-";
    private const int MaxUserPriority = 1_000_000_000;

    protected override void Default(PriorityClass value)
    {
        if (!value.HasPreemptionPolicy) value.PreemptionPolicy = "PreemptLowerPriority";
    }

    protected override void Check(PriorityClass value, FieldErrorList errors)
    {
        if (value.Metadata.Name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (WhyNoSystemClass(value) is { } why)
            {
                errors.Add(FieldError.Forbidden(FieldPath.Of("metadata", "name"),
                    $"priority class names with '{SystemPrefix}' prefix are reserved for system use only. error: {why}"));
            }
        }
        else if (value.Value > MaxUserPriority)
        {
            errors.Add(FieldError.Forbidden(FieldPath.Of("value"), $"maximum allowed value of a user defined priority is {MaxUserPriority}"));
        }
        Validation.Check.RequiredOneOf(value.PreemptionPolicy, FieldPath.Of("preemptionPolicy"), errors, "PreemptLowerPriority", "Never");
    }

    protected override void CheckChange(PriorityClass value, PriorityClass old, FieldErrorList errors)
    {
        if (value.Value != old.Value) errors.Add(FieldError.Forbidden(FieldPath.Of("value"), "may not be changed in an update."));
        Fixed.Field(value.PreemptionPolicy, old.PreemptionPolicy, FieldPath.Of("preemptionPolicy"), errors);
    }

    private static string? WhyNoSystemClass(PriorityClass value)
    {
        var name = value.Metadata.Name;
        if (SystemPriorityClasses.All.FirstOrDefault(known => known.Metadata.Name == name) is not { } known) return $"{name} is not a known system priority class";
        if (value.Value != known.Value) return $"value of {name} PriorityClass must be {known.Value}";
        return value.GlobalDefault ? $"globalDefault of {name} PriorityClass must be false" : null;
    }
}
