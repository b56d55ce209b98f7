using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What a Node must be.</summary>
internal static class NodeValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Status = FieldPath.Of("status");

    public static void Check(Node node, FieldErrorList errors)
    {
        Taints(node.Spec.Taints, errors);
        ResourceValidation.NodeAmounts(node.Status.Capacity, Status.Child("capacity"), errors);
        ResourceValidation.NodeAmounts(node.Status.Allocatable, Status.Child("allocatable"), errors);
        HashSet<(string, string)> addresses = [];
        for (var i = 0; i < node.Status.Addresses.Count; i++)
        {
            var address = node.Status.Addresses[i];
            if (!addresses.Add((address.Type, address.Address)))
                errors.Add(FieldError.Duplicate(Status.Child("addresses").Index(i), new GoValue($"core.NodeAddress{{Type:{GoText.Quote(address.Type)}, Address:{GoText.Quote(address.Address)}}}")));
        }
        if (node.Spec.PodCidrs.Count > 0 && node.Spec.PodCidrs[0] != node.Spec.PodCidr && node.Spec.PodCidr.Length > 0)
            errors.Add(FieldError.Invalid(Spec.Child("podCIDR"), node.Spec.PodCidr, "must be the same as podCIDRs[0]"));
    }

    public static void Update(Node node, Node old, FieldErrorList errors)
    {
        if (old.Spec.PodCidrs.Count > 0 && !node.Spec.PodCidrs.Equals(old.Spec.PodCidrs))
            errors.Add(FieldError.Forbidden(Spec.Child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid"));
        if (old.Spec.ProviderId.Length > 0 && old.Spec.ProviderId != node.Spec.ProviderId)
            errors.Add(FieldError.Forbidden(Spec.Child("providerID"), "node updates may not change providerID except from \"\" to valid"));
    }

    // The real server gives the path metadata.taints, although they are in spec.
    private static void Taints(IReadOnlyList<Taint> taints, FieldErrorList errors)
    {
        var path = FieldPath.Of("metadata", "taints");
        HashSet<(string, string)> seen = [];
        for (var i = 0; i < taints.Count; i++)
        {
            var (taint, at) = (taints[i], path.Index(i));
            errors.AddInvalid(at.Child("key"), taint.Key, NameRules.QualifiedName(taint.Key));
            if (NameRules.LabelValue(taint.Value) is { Count: > 0 } bad) errors.Add(FieldError.Invalid(at.Child("value"), taint.Value, string.Join(";", bad)));
            Validation.Check.RequiredOneOf(taint.Effect, at.Child("effect"), errors, SchedulingValidation.TaintEffects);
            if (!seen.Add((taint.Key, taint.Effect)))
            {
                var duplicate = FieldError.Duplicate(at, new GoValue($"core.Taint{{Key:{GoText.Quote(taint.Key)}, Value:{GoText.Quote(taint.Value)}, Effect:{GoText.Quote(taint.Effect)}}}"));
                errors.Add(duplicate with { Detail = "taints must be unique by key and effect pair" });
            }
        }
    }
}
