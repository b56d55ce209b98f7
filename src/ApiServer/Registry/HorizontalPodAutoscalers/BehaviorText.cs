using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Patches;
using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;

/// <summary>spec.behavior as the annotation of v1 has it: the names are those of Go's fields, and what is not set is null.</summary>
/// <remarks><code>{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":60,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":15}]}}</code></remarks>
internal static class BehaviorText
{
    private static readonly Dictionary<string, string> Names =
        new[] { "scaleUp", "scaleDown", "stabilizationWindowSeconds", "selectPolicy", "policies", "type", "value", "periodSeconds" }
            .ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    public static string Write(HorizontalPodAutoscalerBehavior behavior) => AutoscalerTexts.Escaped(JsonTree.ToText(new JsonObject
    {
        ["ScaleUp"] = Rules(behavior.ScaleUp), ["ScaleDown"] = Rules(behavior.ScaleDown),
    }));

    /// <summary>Letters count alike in both cases, as for Go; null where the text is no such JSON, or says nothing.</summary>
    public static HorizontalPodAutoscalerBehavior? Read(string text)
    {
        try
        {
            if (JsonTree.Parse(Encoding.UTF8.GetBytes(text)) is not JsonObject document) return null;
            var behavior = JsonCodec.Decode<HorizontalPodAutoscalerBehavior>(JsonTree.ToBytes(Named(document)));
            return behavior is { ScaleUp: null, ScaleDown: null } ? null : behavior;
        }
        catch (CodecException)
        {
            return null;
        }
    }

    private static JsonObject? Rules(HPAScalingRules? rules) => rules is null ? null : new()
    {
        ["StabilizationWindowSeconds"] = rules.HasStabilizationWindowSeconds ? rules.StabilizationWindowSeconds : null,
        ["SelectPolicy"] = rules.HasSelectPolicy ? rules.SelectPolicy : null,
        ["Policies"] = rules.Policies.Count == 0 ? null : new JsonArray([.. rules.Policies.Select(Policy)]),
    };

    private static JsonNode Policy(HPAScalingPolicy policy) =>
        new JsonObject { ["Type"] = policy.Type, ["Value"] = policy.Value, ["PeriodSeconds"] = policy.PeriodSeconds };

    private static JsonNode? Named(JsonNode? node)
    {
        if (node is JsonArray items) return new JsonArray([.. items.Select(Named)]);
        if (node is not JsonObject fields) return node?.DeepClone();
        var named = new JsonObject();
        foreach (var (name, value) in fields) named[Names.GetValueOrDefault(name, name)] = Named(value);
        return named;
    }
}
