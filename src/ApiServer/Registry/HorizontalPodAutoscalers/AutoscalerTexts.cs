using System.Text;
using System.Text.Json.Nodes;

using Google.Protobuf;
using Google.Protobuf.Collections;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Patches;

using V1 = MiniK8s.Protocol.Autoscaling.V1;
using V2 = MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;

/// <summary>What the annotations of a HorizontalPodAutoscaler of v1 hold, as JSON. Reading gives null where there is nothing that can be read.</summary>
internal static class AutoscalerTexts
{
    /// <summary>The annotations that an object needs in v1.</summary>
    /// <param name="isOwnField">The metrics that v1 has a field for.</param>
    public static IEnumerable<(string Name, string Text)> Of(V2.HorizontalPodAutoscaler stored, Func<V2.MetricSpec, bool> isOwnField)
    {
        V1.MetricSpec[] others = [.. stored.Spec.Metrics.Where(metric => !isOwnField(metric)).Select(MetricForms.ToV1)];
        if (others.Length > 0) yield return (AutoscalerAnnotations.Metrics, Text(others));
        if (stored.Spec.Behavior is { } behavior) yield return (AutoscalerAnnotations.Behavior, BehaviorText.Write(behavior));
        if (stored.Status.CurrentMetrics.Count > 0)
            yield return (AutoscalerAnnotations.CurrentMetrics, Text(stored.Status.CurrentMetrics.Select(MetricStatusForms.ToV1)));
        if (stored.Status.Conditions.Count > 0)
            yield return (AutoscalerAnnotations.Conditions, Text(stored.Status.Conditions.Select(MetricStatusForms.ToV1)));
    }

    public static IEnumerable<V2.MetricSpec>? Metrics(MapField<string, string> annotations) =>
        Items<V1.MetricSpec>(annotations, AutoscalerAnnotations.Metrics)?.Select(MetricForms.ToV2);

    public static IEnumerable<V2.MetricStatus>? CurrentMetrics(MapField<string, string> annotations) =>
        Items<V1.MetricStatus>(annotations, AutoscalerAnnotations.CurrentMetrics)?.Select(MetricStatusForms.ToV2);

    public static IEnumerable<V2.HorizontalPodAutoscalerCondition>? Conditions(MapField<string, string> annotations) =>
        Items<V1.HorizontalPodAutoscalerCondition>(annotations, AutoscalerAnnotations.Conditions)?.Select(MetricStatusForms.ToV2);

    public static V2.HorizontalPodAutoscalerBehavior? Behavior(MapField<string, string> annotations) =>
        annotations.TryGetValue(AutoscalerAnnotations.Behavior, out var text) ? BehaviorText.Read(text) : null;

    /// <summary>Text as Go's encoder writes it: three signs of HTML are escaped.</summary>
    internal static string Escaped(string json) =>
        json.Replace("<", @"\u003c", StringComparison.Ordinal).Replace(">", @"\u003e", StringComparison.Ordinal).Replace("&", @"\u0026", StringComparison.Ordinal);

    private static string Text(IEnumerable<IMessage> items) =>
        Escaped($"[{string.Join(',', items.Select(item => Encoding.UTF8.GetString(JsonCodec.Encode(item, typeMeta: null))))}]");

    private static List<T>? Items<T>(MapField<string, string> annotations, string name)
        where T : IMessage<T>, new()
    {
        if (!annotations.TryGetValue(name, out var text)) return null;
        try
        {
            return JsonTree.Parse(Encoding.UTF8.GetBytes(text)) switch
            {
                null => [],
                JsonArray items => [.. items.Select(item => JsonCodec.Decode<T>(JsonTree.ToBytes(item)))],
                _ => null,
            };
        }
        catch (CodecException)
        {
            return null;        // anybody may write into an annotation
        }
    }
}
