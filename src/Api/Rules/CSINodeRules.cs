using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Storage.V1;

namespace MiniK8s.Api.Rules;

/// <summary>CSINodes. Source: pkg/apis/storage/validation of Kubernetes 1.32.</summary>
internal sealed class CSINodeRules : ObjectRules<CSINode>
{
    private const int MaxNodeId = 256;
    private static readonly FieldPath Drivers = FieldPath.Of("spec", "drivers");

    protected override void Check(CSINode value, FieldErrorList errors)
    {
        HashSet<string> names = [];
        for (var i = 0; i < value.Spec.Drivers.Count; i++)
        {
            var (driver, path) = (value.Spec.Drivers[i], Drivers.Index(i));
            if (driver.Name.Length == 0) errors.Add(FieldError.Required(path.Child("name")));
            else errors.AddInvalid(path.Child("name"), driver.Name, NameRules.Subdomain(driver.Name.ToLowerInvariant()));
            if (driver.NodeId.Length == 0) errors.Add(FieldError.Required(path.Child("nodeID"), driver.NodeId));
            if (driver.NodeId.Length > MaxNodeId) errors.Add(FieldError.Invalid(path.Child("nodeID"), driver.NodeId, $"must be {MaxNodeId} characters or less"));
            if (driver.Allocatable is { HasCount: true, Count: < 0 } room) errors.Add(FieldError.Invalid(path.Child("allocatable").Child("count"), room.Count, "must be greater than or equal to 0"));
            if (!names.Add(driver.Name)) errors.Add(FieldError.Duplicate(path.Child("name"), driver.Name));
        }
    }

    // A driver comes and goes whole; its limit alone may change.
    protected override void CheckChange(CSINode value, CSINode old, FieldErrorList errors)
    {
        for (var i = 0; i < value.Spec.Drivers.Count; i++)
        {
            if (old.Spec.Drivers.FirstOrDefault(driver => driver.Name == value.Spec.Drivers[i].Name) is not { } before) continue;
            Fixed.Field(value.Spec.Drivers[i], before, Drivers.Index(i), errors, driver => driver.Name);
        }
    }
}
