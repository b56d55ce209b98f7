using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.Api.Rules;

/// <summary>RuntimeClasses. Source: pkg/apis/node/validation of Kubernetes 1.32.</summary>
internal sealed class RuntimeClassRules : ObjectRules<RuntimeClass>
{
    private static readonly FieldPath Handler = FieldPath.Of("handler");
    private static readonly FieldPath Tolerations = FieldPath.Of("scheduling", "tolerations");

    protected override void Check(RuntimeClass value, FieldErrorList errors)
    {
        errors.AddInvalid(Handler, value.Handler, NameRules.Label(value.Handler));
        if (value.Overhead is { } overhead) ResourceValidation.Amounts(overhead.PodFixed, FieldPath.Of("overhead", "limits"), errors);
        if (value.Scheduling is not { } scheduling) return;
        MetadataValidation.Labels(scheduling.NodeSelector, FieldPath.Of("scheduling", "nodeSelector"), errors);
        SchedulingValidation.Tolerations(scheduling.Tolerations, Tolerations, errors);
        Unique(scheduling.Tolerations, errors);
    }

    protected override void CheckChange(RuntimeClass value, RuntimeClass old, FieldErrorList errors) =>
        Fixed.Field(value.Handler, old.Handler, Handler, errors);

    private static void Unique(IReadOnlyList<Toleration> tolerations, FieldErrorList errors)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            if (tolerations.Take(i).Contains(tolerations[i])) errors.Add(FieldError.Duplicate(Tolerations.Index(i), Shown(tolerations[i])));
        }
    }

    private static GoValue Shown(Toleration toleration) => new(
        $"core.Toleration{{Key:{GoText.Quote(toleration.Key)}, Operator:{GoText.Quote(toleration.Operator)}, Value:{GoText.Quote(toleration.Value)}, "
        + $"Effect:{GoText.Quote(toleration.Effect)}, TolerationSeconds:{GoStructs.Reference("int64", toleration.HasTolerationSeconds)}}}");
}
