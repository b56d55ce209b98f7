using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What an Event must be: it lives where the object it tells of lives.</summary>
internal static class EventValidation
{
    public static void Check(Event happening, FieldErrorList errors)
    {
        var path = FieldPath.Of("involvedObject", "namespace");
        var of = happening.InvolvedObject.Namespace;
        if (of.Length == 0)
        {
            if (happening.Metadata.Namespace is not ("" or "default" or "kube-system"))
                errors.Add(FieldError.Invalid(path, of, "does not match event.namespace"));
        }
        else if (of != happening.Metadata.Namespace) errors.Add(FieldError.Invalid(path, of, "does not match event.namespace"));
        if (happening.EventTime is null) return;
        if (happening.ReportingComponent.Length == 0) errors.Add(FieldError.Required(FieldPath.Of("reportingController")));
        if (happening.ReportingInstance.Length == 0) errors.Add(FieldError.Required(FieldPath.Of("reportingInstance")));
        if (happening.Action.Length == 0) errors.Add(FieldError.Required(FieldPath.Of("action")));
        if (happening.Reason.Length == 0) errors.Add(FieldError.Required(FieldPath.Of("reason")));
        if (happening.Type.Length > 0 && happening.Type is not ("Normal" or "Warning"))
            errors.Add(FieldError.Invalid(FieldPath.Of("type"), "", $"has invalid value: {happening.Type}"));
    }
}
