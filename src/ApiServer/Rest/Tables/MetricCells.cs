using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>A metric of a HorizontalPodAutoscaler in a table: what it is, over what it is to be.</summary>
/// <remarks>
/// metric                      | cell
/// ----------------------------+--------------------------
/// cpu, in percent             | <c>cpu: 40%/80%</c>
/// memory, as an amount        | <c>memory: 100Mi/1Gi</c>
/// of pods, or one object's    | <c>10/50</c>
/// one object's, for each pod  | <c>10/50 (avg)</c>
/// not yet read                | <c>cpu: &lt;unknown&gt;/80%</c>
/// Source: pkg/printers/internalversion of Kubernetes 1.32.
/// </remarks>
internal static class MetricCells
{
    private const string Unknown = "<unknown>";
    private const string Nil = "<nil>";     // what Go prints where there is no amount

    public static string Of(MetricSpec metric, MetricStatus? status) => metric switch
    {
        { Type: "External", External: { } external } => Amount(external.Target, status?.External?.Current),
        { Type: "Object", Object: { } of } => Amount(of.Target, status?.Object?.Current),
        { Type: "Pods", Pods: { } pods } => $"{Average(status?.Pods?.Current)}/{pods.Target.AverageValue ?? Nil}",
        { Type: "Resource", Resource: { } resource } => Usage(resource.Name, resource.Target, status?.Resource?.Current),
        { Type: "ContainerResource", ContainerResource: { } container } => Usage(container.Name, container.Target, status?.ContainerResource?.Current),
        _ => "<unknown type>",
    };

    private static string Amount(MetricTarget target, MetricValueStatus? current) => target.AverageValue is { } average
        ? $"{current?.AverageValue ?? Unknown}/{average} (avg)"
        : $"{(current is null ? Unknown : current.Value ?? Nil)}/{target.Value ?? Nil}";

    private static string Usage(string resource, MetricTarget target, MetricValueStatus? current)
    {
        if (target.AverageValue is { } amount) return $"{resource}: {Average(current)}/{amount}";
        var utilization = current is { HasAverageUtilization: true } ? $"{current.AverageUtilization}%" : Unknown;
        return $"{resource}: {utilization}/{(target.HasAverageUtilization ? $"{target.AverageUtilization}%" : "<auto>")}";
    }

    private static string Average(MetricValueStatus? current) => current is null ? Unknown : current.AverageValue ?? Nil;
}
