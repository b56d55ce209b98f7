using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Selectors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Rules;

/// <summary>Templates of pods, and the selectors that must fit them.</summary>
internal static class PodTemplates
{
    /// <summary>Fills in what the pods would be given anyway; requests stay apart from limits until there is a pod.</summary>
    public static void Default(PodTemplateSpec template) => PodDefaults.Apply(template.Spec);

    /// <summary>Checks a template as a pod's spec would be, and its labels and annotations.</summary>
    public static void Check(PodTemplateSpec template, FieldPath path, FieldErrorList errors)
    {
        Labels(template, path, errors);
        PodValidation.ValidateSpec(template.Spec, path.Child("spec"), errors);
        if (template.Spec.EphemeralContainers.Count > 0)
            errors.Add(FieldError.Forbidden(path.Child("spec").Child("ephemeralContainers"), "ephemeral containers not allowed in pod template"));
    }

    /// <summary>Checks labels and annotations alone.</summary>
    public static void Labels(PodTemplateSpec template, FieldPath path, FieldErrorList errors)
    {
        MetadataValidation.Labels(template.Metadata.Labels, path.Child("labels"), errors);
        MetadataValidation.Annotations(template.Metadata.Annotations, path.Child("annotations"), errors);
    }

    /// <summary>The pods of most controllers run for ever.</summary>
    /// <param name="owner">The kind that Kubernetes' message names.</param>
    public static void RunForEver(PodTemplateSpec template, FieldPath path, string owner, FieldErrorList errors)
    {
        var spec = path.Child("spec");
        Validation.Check.OneOf(template.Spec.RestartPolicy, spec.Child("restartPolicy"), errors, "Always");
        if (template.Spec.HasActiveDeadlineSeconds)
            errors.Add(FieldError.Forbidden(spec.Child("activeDeadlineSeconds"), $"activeDeadlineSeconds in {owner} is not Supported"));
    }

    /// <summary>A selector must fit the template's labels, or a controller would not find its own pods.</summary>
    /// <remarks>An empty selector fits everything, an absent one nothing.</remarks>
    public static void Fit(LabelSelector? selector, PodTemplateSpec template, FieldPath path, FieldErrorList errors)
    {
        if (LabelQuery.From(selector).Matches(template.Metadata.Labels)) return;
        errors.Add(FieldError.Invalid(path.Child("metadata").Child("labels"), GoStructs.Labels(template.Metadata.Labels),
            "`selector` does not match template `labels`"));
    }

    /// <summary>Whether a selector can be read at all.</summary>
    public static bool IsReadable(LabelSelector? selector)
    {
        var errors = new FieldErrorList();
        SchedulingValidation.Selector(selector, FieldPath.Of("selector"), errors);
        return !errors.Any;
    }
}
