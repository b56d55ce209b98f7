using V1 = MiniK8s.Protocol.Autoscaling.V1;
using V2 = MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;

/// <summary>What a metric is to be, as v1's annotation has it and as v2 has it.</summary>
/// <remarks>
/// v1 has no type for targets, and of some sources an amount that is always there; so what comes from there is
/// <code>
/// source            | type                                                  | and then
/// ------------------+-------------------------------------------------------+----------------------------
/// object            | AverageValue if there is one, else Value              | value is 0 where none was given
/// pods              | AverageValue                                          | averageValue is 0 where none was given
/// (container)Resource | Utilization if there is one, else AverageValue      |
/// external          | Value if there is one, else AverageValue              |
/// </code>
/// </remarks>
internal static class MetricForms
{
    private const string AverageValue = "AverageValue";
    private const string Zero = "0";

    public static V1.CrossVersionObjectReference ToV1(V2.CrossVersionObjectReference? reference) =>
        new() { Kind = reference?.Kind ?? "", Name = reference?.Name ?? "", ApiVersion = reference?.ApiVersion ?? "" };

    public static V2.CrossVersionObjectReference ToV2(V1.CrossVersionObjectReference? reference) =>
        new() { Kind = reference?.Kind ?? "", Name = reference?.Name ?? "", ApiVersion = reference?.ApiVersion ?? "" };

    public static V1.MetricSpec ToV1(V2.MetricSpec metric) => new()
    {
        Type = metric.Type,
        Object = metric.Object is not { } of ? null : new()
        {
            Target = ToV1(of.DescribedObject), MetricName = of.Metric.Name, Selector = of.Metric.Selector,
            TargetValue = of.Target.Value ?? Zero, AverageValue = of.Target.AverageValue,
        },
        Pods = metric.Pods is not { } pods ? null : new()
        {
            MetricName = pods.Metric.Name, Selector = pods.Metric.Selector, TargetAverageValue = pods.Target.AverageValue ?? Zero,
        },
        Resource = metric.Resource is { } resource ? ToV1(resource) : null,
        ContainerResource = metric.ContainerResource is { } container ? ToV1(container) : null,
        External = metric.External is not { } external ? null : new()
        {
            MetricName = external.Metric.Name, MetricSelector = external.Metric.Selector,
            TargetValue = external.Target.Value, TargetAverageValue = external.Target.AverageValue,
        },
    };

    public static V2.MetricSpec ToV2(V1.MetricSpec metric) => new()
    {
        Type = metric.Type,
        Object = metric.Object is not { } of ? null : new()
        {
            DescribedObject = ToV2(of.Target), Metric = new() { Name = of.MetricName, Selector = of.Selector },
            Target = new() { Type = of.AverageValue is null ? "Value" : AverageValue, Value = of.TargetValue ?? Zero, AverageValue = of.AverageValue },
        },
        Pods = metric.Pods is not { } pods ? null : new()
        {
            Metric = new() { Name = pods.MetricName, Selector = pods.Selector },
            Target = new() { Type = AverageValue, AverageValue = pods.TargetAverageValue ?? Zero },
        },
        Resource = metric.Resource is not { } resource ? null : new()
        {
            Name = resource.Name,
            Target = Usage(resource.HasTargetAverageUtilization ? resource.TargetAverageUtilization : null, resource.TargetAverageValue),
        },
        ContainerResource = metric.ContainerResource is not { } container ? null : new()
        {
            Name = container.Name, Container = container.Container,
            Target = Usage(container.HasTargetAverageUtilization ? container.TargetAverageUtilization : null, container.TargetAverageValue),
        },
        External = metric.External is not { } external ? null : new()
        {
            Metric = new() { Name = external.MetricName, Selector = external.MetricSelector },
            Target = new()
            {
                Type = external.TargetValue is null ? AverageValue : "Value", Value = external.TargetValue, AverageValue = external.TargetAverageValue,
            },
        },
    };

    private static V1.ResourceMetricSource ToV1(V2.ResourceMetricSource source)
    {
        var result = new V1.ResourceMetricSource { Name = source.Name, TargetAverageValue = source.Target.AverageValue };
        if (source.Target.HasAverageUtilization) result.TargetAverageUtilization = source.Target.AverageUtilization;
        return result;
    }

    private static V1.ContainerResourceMetricSource ToV1(V2.ContainerResourceMetricSource source)
    {
        var result = new V1.ContainerResourceMetricSource { Name = source.Name, Container = source.Container, TargetAverageValue = source.Target.AverageValue };
        if (source.Target.HasAverageUtilization) result.TargetAverageUtilization = source.Target.AverageUtilization;
        return result;
    }

    private static V2.MetricTarget Usage(int? utilization, string? amount)
    {
        var target = new V2.MetricTarget { Type = utilization is null ? AverageValue : "Utilization", AverageValue = amount };
        if (utilization is { } percent) target.AverageUtilization = percent;
        return target;
    }
}
