using MiniK8s.Api.Errors;
using MiniK8s.Api.Rules;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What events that come through events.k8s.io are held to besides <see cref="EventValidation"/>: the older fields stay empty, and nothing but the series changes.</summary>
/// <remarks>The fields have core's names. Source: pkg/apis/core/validation/events.go of Kubernetes 1.32.</remarks>
public static class NewEventValidation
{
    private const string Unset = "needs to be unset";

    /// <summary>Checks an event that is to be created.</summary>
    public static FieldErrorList Check(Event happening)
    {
        var errors = new FieldErrorList();
        CheckSeries(happening, errors);
        if (happening.EventTime is null) errors.Add(FieldError.Required(FieldPath.Of("eventTime")));
        if (happening.Type is not ("Normal" or "Warning")) errors.Add(FieldError.Invalid(FieldPath.Of("type"), "", $"has invalid value: {happening.Type}"));
        if (happening.FirstTimestamp is not null) errors.Add(FieldError.Invalid(FieldPath.Of("firstTimestamp"), "", Unset));
        if (happening.LastTimestamp is not null) errors.Add(FieldError.Invalid(FieldPath.Of("lastTimestamp"), "", Unset));
        if (happening.Count != 0) errors.Add(FieldError.Invalid(FieldPath.Of("count"), "", Unset));
        if (happening.Source is { } source && (source.Component.Length > 0 || source.Host.Length > 0)) errors.Add(FieldError.Invalid(FieldPath.Of("source"), "", Unset));
        return errors;
    }

    /// <summary>Checks a change.</summary>
    public static FieldErrorList CheckChange(Event happening, Event old)
    {
        var errors = new FieldErrorList();
        if (!Equals(happening.Series, old.Series)) CheckSeries(happening, errors);
        Fixed.Field(happening.InvolvedObject, old.InvolvedObject, FieldPath.Of("involvedObject"), errors);
        Fixed.Field(happening.Reason, old.Reason, FieldPath.Of("reason"), errors);
        Fixed.Field(happening.Message, old.Message, FieldPath.Of("message"), errors);
        Fixed.Field(happening.Source, old.Source, FieldPath.Of("source"), errors);
        Fixed.Field(happening.FirstTimestamp, old.FirstTimestamp, FieldPath.Of("firstTimestamp"), errors);
        Fixed.Field(happening.LastTimestamp, old.LastTimestamp, FieldPath.Of("lastTimestamp"), errors);
        Fixed.Field(happening.Count, old.Count, FieldPath.Of("count"), errors);
        Fixed.Field(happening.Type, old.Type, FieldPath.Of("type"), errors);
        Fixed.Field(happening.EventTime, old.EventTime, FieldPath.Of("eventTime"), errors);
        Fixed.Field(happening.Action, old.Action, FieldPath.Of("action"), errors);
        Fixed.Field(happening.Related, old.Related, FieldPath.Of("related"), errors);
        Fixed.Field(happening.ReportingComponent, old.ReportingComponent, FieldPath.Of("reportingController"), errors);
        Fixed.Field(happening.ReportingInstance, old.ReportingInstance, FieldPath.Of("reportingInstance"), errors);
        return errors;
    }

    private static void CheckSeries(Event happening, FieldErrorList errors)
    {
        if (happening.Series is not { } series) return;
        if (series.Count < 2) errors.Add(FieldError.Invalid(FieldPath.Of("series.count"), "", "should be at least 2"));
        if (series.LastObservedTime is null) errors.Add(FieldError.Required(FieldPath.Of("series.lastObservedTime")));
    }
}
