using V1 = MiniK8s.Protocol.Autoscaling.V1;
using V2 = MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;

/// <summary>What a metric was, and the conditions, as v1's annotations have them and as v2 has them. v1 has 0 where v2 may have nothing.</summary>
internal static class MetricStatusForms
{
    private const string Zero = "0";

    public static V1.MetricStatus ToV1(V2.MetricStatus metric) => new()
    {
        Type = metric.Type,
        Object = metric.Object is not { } of ? null : new()
        {
            Target = MetricForms.ToV1(of.DescribedObject), MetricName = of.Metric.Name, Selector = of.Metric.Selector,
            CurrentValue = of.Current.Value ?? Zero, AverageValue = of.Current.AverageValue,
        },
        Pods = metric.Pods is not { } pods ? null : new()
        {
            MetricName = pods.Metric.Name, Selector = pods.Metric.Selector, CurrentAverageValue = pods.Current.AverageValue ?? Zero,
        },
        Resource = metric.Resource is { } resource ? ToV1(resource) : null,
        ContainerResource = metric.ContainerResource is { } container ? ToV1(container) : null,
        External = metric.External is not { } external ? null : new()
        {
            MetricName = external.Metric.Name, MetricSelector = external.Metric.Selector,
            CurrentValue = external.Current.Value ?? Zero, CurrentAverageValue = external.Current.AverageValue,
        },
    };

    public static V2.MetricStatus ToV2(V1.MetricStatus metric) => new()
    {
        Type = metric.Type,
        Object = metric.Object is not { } of ? null : new()
        {
            DescribedObject = MetricForms.ToV2(of.Target), Metric = new() { Name = of.MetricName, Selector = of.Selector },
            Current = new() { Value = of.CurrentValue ?? Zero, AverageValue = of.AverageValue },
        },
        Pods = metric.Pods is not { } pods ? null : new()
        {
            Metric = new() { Name = pods.MetricName, Selector = pods.Selector }, Current = new() { AverageValue = pods.CurrentAverageValue ?? Zero },
        },
        Resource = metric.Resource is not { } resource ? null : new()
        {
            Name = resource.Name,
            Current = Usage(resource.HasCurrentAverageUtilization ? resource.CurrentAverageUtilization : null, resource.CurrentAverageValue),
        },
        ContainerResource = metric.ContainerResource is not { } container ? null : new()
        {
            Name = container.Name, Container = container.Container,
            Current = Usage(container.HasCurrentAverageUtilization ? container.CurrentAverageUtilization : null, container.CurrentAverageValue),
        },
        External = metric.External is not { } external ? null : new()
        {
            Metric = new() { Name = external.MetricName, Selector = external.MetricSelector },
            Current = new() { Value = external.CurrentValue ?? Zero, AverageValue = external.CurrentAverageValue },
        },
    };

    public static V1.HorizontalPodAutoscalerCondition ToV1(V2.HorizontalPodAutoscalerCondition condition) => new()
    {
        Type = condition.Type, Status = condition.Status, LastTransitionTime = condition.LastTransitionTime,
        Reason = condition.Reason, Message = condition.Message,
    };

    public static V2.HorizontalPodAutoscalerCondition ToV2(V1.HorizontalPodAutoscalerCondition condition) => new()
    {
        Type = condition.Type, Status = condition.Status, LastTransitionTime = condition.LastTransitionTime,
        Reason = condition.Reason, Message = condition.Message,
    };

    private static V1.ResourceMetricStatus ToV1(V2.ResourceMetricStatus status)
    {
        var result = new V1.ResourceMetricStatus { Name = status.Name, CurrentAverageValue = status.Current.AverageValue ?? Zero };
        if (status.Current.HasAverageUtilization) result.CurrentAverageUtilization = status.Current.AverageUtilization;
        return result;
    }

    private static V1.ContainerResourceMetricStatus ToV1(V2.ContainerResourceMetricStatus status)
    {
        var result = new V1.ContainerResourceMetricStatus
        {
            Name = status.Name, Container = status.Container, CurrentAverageValue = status.Current.AverageValue ?? Zero,
        };
        if (status.Current.HasAverageUtilization) result.CurrentAverageUtilization = status.Current.AverageUtilization;
        return result;
    }

    private static V2.MetricValueStatus Usage(int? utilization, string? amount)
    {
        var current = new V2.MetricValueStatus { AverageValue = amount ?? Zero };
        if (utilization is { } percent) current.AverageUtilization = percent;
        return current;
    }
}
