using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.Api.Rules;

/// <summary>spec.metrics of HorizontalPodAutoscalers.</summary>
/// <remarks>
/// type              | its field, in the order in which the first is checked | its target has
/// ------------------+-------------------------------------------------------+--------------------------------------------
/// Object            | object                                                | value or averageValue
/// External          | external                                              | value or averageValue, not both
/// Pods              | pods                                                  | averageValue
/// Resource          | resource                                              | averageUtilization or averageValue, not both
/// ContainerResource | containerResource                                     | averageUtilization or averageValue, not both
/// </remarks>
internal static class AutoscalerMetrics
{
    public const string Resource = "Resource";
    public const string Utilization = "Utilization";

    private const string Object = "Object";
    private const string External = "External";

    private static readonly string[] Types = ["ContainerResource", External, Object, "Pods", Resource];

    public static void Check(IReadOnlyList<MetricSpec> metrics, int minReplicas, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < metrics.Count; i++) Check(metrics[i], path.Index(i), errors);
        if (minReplicas == 0 && !metrics.Any(metric => metric.Type is Object or External))
            errors.Add(FieldError.Forbidden(path, "must specify at least one Object or External metric to support scaling to zero replicas"));
    }

    /// <summary>The object that is scaled, or that a metric is of.</summary>
    public static void Reference(CrossVersionObjectReference reference, FieldPath path, FieldErrorList errors)
    {
        PathSegment(reference.Kind, path.Child("kind"), "", errors);
        PathSegment(reference.Name, path.Child("name"), "", errors);
    }

    private static void Check(MetricSpec metric, FieldPath path, FieldErrorList errors)
    {
        var isKnown = Types.Contains(metric.Type);
        if (metric.Type.Length == 0) errors.Add(FieldError.Required(path.Child("type"), "must specify a metric source type"));
        if (!isKnown) errors.Add(NotSupported());

        (string Field, Action<FieldPath> Check)[] given = [.. Given(metric, errors)];
        if (given.Length > 0) given[0].Check(path.Child(given[0].Field));
        var expected = isKnown ? char.ToLowerInvariant(metric.Type[0]) + metric.Type[1..] : "";
        if (!isKnown) errors.Add(NotSupported());
        else if (given.All(source => source.Field != expected))
            errors.Add(FieldError.Required(path.Child(expected), "must populate information for the given metric source"));

        if (given.Length == 1) return;
        foreach (var (field, _) in given.Where(source => source.Field != expected))
            errors.Add(FieldError.Forbidden(path.Child(field), "must populate the given metric source only"));

        FieldError NotSupported() => FieldError.NotSupported(path.Child("type"), metric.Type, Types);
    }

    // A server looks no further than at the first that is there.
    private static IEnumerable<(string Field, Action<FieldPath> Check)> Given(MetricSpec metric, FieldErrorList errors)
    {
        if (metric.Object is { } of) yield return ("object", path => OfObject(of, path, errors));
        if (metric.External is { } external) yield return ("external", path => OfNothing(external, path, errors));
        if (metric.Pods is { } pods) yield return ("pods", path => OfPods(pods, path, errors));
        if (metric.Resource is { } resource) yield return ("resource", path => OfResource(resource, path, errors));
        if (metric.ContainerResource is { } container) yield return ("containerResource", path => OfContainer(container, path, errors));
    }

    private static void OfObject(ObjectMetricSource source, FieldPath path, FieldErrorList errors)
    {
        Reference(source.DescribedObject, path.Child("describedObject"), errors);
        Identifier(source.Metric, path.Child("metric"), errors);
        var at = Target(source.Target, path, errors);
        if (source.Target is { Value: null, AverageValue: null })
            errors.Add(FieldError.Required(at.Child("averageValue"), "must set either a target value or averageValue"));
    }

    private static void OfNothing(ExternalMetricSource source, FieldPath path, FieldErrorList errors)
    {
        Identifier(source.Metric, path.Child("metric"), errors);
        var at = Target(source.Target, path, errors);
        if (source.Target is { Value: null, AverageValue: null })
            errors.Add(FieldError.Required(at.Child("averageValue"), "must set either a target value for metric or a per-pod target"));
        if (source.Target is { Value: not null, AverageValue: not null })
            errors.Add(FieldError.Forbidden(at.Child("value"), "may not set both a target value for metric and a per-pod target"));
    }

    private static void OfPods(PodsMetricSource source, FieldPath path, FieldErrorList errors)
    {
        Identifier(source.Metric, path.Child("metric"), errors);
        var at = Target(source.Target, path, errors);
        if (source.Target.AverageValue is null) errors.Add(FieldError.Required(at.Child("averageValue"), "must specify a positive target averageValue"));
    }

    private static void OfResource(ResourceMetricSource source, FieldPath path, FieldErrorList errors)
    {
        if (source.Name.Length == 0) errors.Add(FieldError.Required(path.Child("name"), "must specify a resource name"));
        Usage(source.Target, path, errors);
    }

    private static void OfContainer(ContainerResourceMetricSource source, FieldPath path, FieldErrorList errors)
    {
        if (source.Name.Length == 0) errors.Add(FieldError.Required(path.Child("name"), "must specify a resource name"));
        else ResourceValidation.Name(source.Name, isOfContainers: true, path.Child("name"), errors);
        if (source.Container.Length == 0) errors.Add(FieldError.Required(path.Child("container"), "must specify a container"));
        else errors.AddInvalid(path.Child("container"), source.Container, NameRules.Label(source.Container));
        Usage(source.Target, path, errors);
    }

    private static void Usage(MetricTarget target, FieldPath path, FieldErrorList errors)
    {
        var at = Target(target, path, errors);
        if (target is { HasAverageUtilization: false, AverageValue: null })
            errors.Add(FieldError.Required(at.Child("averageUtilization"), "must set either a target raw value or a target utilization"));
        if (target is { HasAverageUtilization: true, AverageValue: not null })
            errors.Add(FieldError.Forbidden(at.Child("averageValue"), "may not set both a target raw value and a target utilization"));
    }

    private static FieldPath Target(MetricTarget target, FieldPath source, FieldErrorList errors)
    {
        var path = source.Child("target");
        if (target.Type.Length == 0) errors.Add(FieldError.Required(path.Child("type"), "must specify a metric target type"));
        if (target.Type is not (Utilization or "Value" or "AverageValue"))
            errors.Add(FieldError.Invalid(path.Child("type"), target.Type, "must be either Utilization, Value, or AverageValue"));
        Positive(target.Value, path.Child("value"), errors);
        Positive(target.AverageValue, path.Child("averageValue"), errors);
        if (target is { HasAverageUtilization: true, AverageUtilization: < 1 })
            errors.Add(FieldError.Invalid(path.Child("averageUtilization"), target.AverageUtilization, "must be greater than 0"));
        return path;
    }

    private static void Positive(string? amount, FieldPath path, FieldErrorList errors)
    {
        if (amount is not null && Quantity.Parse(amount).Sign != 1) errors.Add(FieldError.Invalid(path, GoStructs.Quantity(amount), "must be positive"));
    }

    private static void Identifier(MetricIdentifier metric, FieldPath path, FieldErrorList errors) =>
        PathSegment(metric.Name, path.Child("name"), "must specify a metric name", errors);

    private static void PathSegment(string value, FieldPath path, string whenEmpty, FieldErrorList errors)
    {
        if (value.Length == 0) errors.Add(FieldError.Required(path, whenEmpty));
        else errors.AddInvalid(path, value, NameRules.PathSegment(value));
    }
}
