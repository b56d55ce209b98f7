using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>What a node says of itself.</summary>
internal static class NodeFacts
{
    /// <summary>Its Ready condition; null: it has said nothing yet.</summary>
    public static NodeCondition? Ready(this Node node) => node.Status?.Conditions.FirstOrDefault(condition => condition.Type == "Ready");

    /// <summary>Whether it is ready for pods.</summary>
    public static bool IsReady(this Node node) => node.Ready()?.Status == "True";
}
