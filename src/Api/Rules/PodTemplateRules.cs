using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Rules;

/// <summary>PodTemplates. Source: pkg/apis/core/validation and defaults of Kubernetes 1.32.</summary>
internal sealed class PodTemplateRules : ObjectRules<PodTemplate>
{
    protected override void Default(PodTemplate value) => PodTemplates.Default(value.Template);

    protected override void Check(PodTemplate value, FieldErrorList errors) => PodTemplates.Check(value.Template, FieldPath.Of("template"), errors);
}
