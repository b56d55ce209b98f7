using System.Text.Json;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodePreferAvoidPods;

/// <summary>Prefers nodes that have not asked to be spared the pods of the pod's controller: the priority NodePreferAvoidPodsPriority.</summary>
/// <remarks>
/// A node asks with the annotation <c>scheduler.alpha.kubernetes.io/preferAvoidPods</c>, for controllers by kind and uid:
/// <code>
/// {"preferAvoidPods": [{"podSignature": {"podController": {"kind": "ReplicaSet", "uid": "..."}}}]}
/// </code>
/// Such a node scores 0 and every other 100; with its usual weight of 10000 it is taken only where there is no other. Pods of other
/// controllers than ReplicaSets and ReplicationControllers score 100 everywhere, and so does every pod where the annotation cannot be read.
/// Off unless a profile names it; Kubernetes had it until 1.22.
/// Source: pkg/scheduler/framework/plugins/nodepreferavoidpods/node_prefer_avoid_pods.go.
/// </remarks>
internal sealed class NodePreferAvoidPods : IScorePlugin
{
    private const string Annotation = "scheduler.alpha.kubernetes.io/preferAvoidPods";

    public string Name => "NodePreferAvoidPods";

    public long Score(CycleState state, PodInfo pod, NodeInfo node) =>
        node.Node.Metadata.Annotations.TryGetValue(Annotation, out var asked) && ControllerOf(pod.Pod) is { } controller && Avoids(asked, controller) ? 0 : Scores.Max;

    private static OwnerReference? ControllerOf(Pod pod) =>
        pod.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller) is { Kind: "ReplicationController" or "ReplicaSet" } controller ? controller : null;

    private static bool Avoids(string asked, OwnerReference controller)
    {
        try
        {
            var avoided = JsonSerializer.Deserialize<AvoidPods>(asked, JsonSerializerOptions.Web)?.PreferAvoidPods ?? [];
            return avoided.Any(entry => entry.PodSignature?.PodController is { } named && named.Kind == controller.Kind && named.Uid == controller.Uid);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed record AvoidPods(IReadOnlyList<AvoidEntry>? PreferAvoidPods);

    private sealed record AvoidEntry(Signature? PodSignature);

    private sealed record Signature(Controller? PodController);

    private sealed record Controller(string? Kind, string? Uid);
}
