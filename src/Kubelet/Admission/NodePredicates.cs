using MiniK8s.Api.Placement;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Admission;

/// <summary>Whether a pod may run on a node beside others: what the scheduler looked at, looked at again [pkg/kubelet/lifecycle/predicate.go].</summary>
/// <remarks>
/// In this order; the first that fails is the answer.
/// <code>
/// sysctls        only safe ones                                            SysctlForbidden
/// OS             the pod's own label kubernetes.io/os                      PodOSSelectorNodeLabelDoesNotMatch
///                spec.os.name                                              PodOSNotSupported
/// resources      pods, cpu, memory, ephemeral-storage, those of others     OutOf&lt;resource&gt;
/// node affinity  nodeSelector, required terms                              NodeAffinity
/// node name      spec.nodeName                                             NodeName
/// host ports     against those of the others                               NodePorts
/// taints         NoExecute alone, and none for static pods                 TaintToleration
/// AppArmor       no profile but Unconfined                                 AppArmor
/// </code>
/// A resource that the node has never heard of is passed over: whoever brings it will see to it.
/// </remarks>
internal static class NodePredicates
{
    private const string OsLabel = "kubernetes.io/os";

    /// <summary>Null when the node takes the pod.</summary>
    /// <param name="pod">Bound to the node.</param>
    /// <param name="node">As the apiserver has it.</param>
    /// <param name="others">The pods that have been taken and have not ended.</param>
    public static Refusal? Check(Pod pod, Protocol.Core.V1.Node node, IReadOnlyList<Pod> others) =>
        CheckSettings(pod, node) ?? Shortages(pod.Spec, node.Status, others).FirstOrDefault()?.ToRefusal() ?? CheckPlace(pod, node, others);

    /// <summary>The same, but for resources.</summary>
    public static Refusal? CheckBesideResources(Pod pod, Protocol.Core.V1.Node node, IReadOnlyList<Pod> others) =>
        CheckSettings(pod, node) ?? CheckPlace(pod, node, others);

    /// <summary>What the node has too little of.</summary>
    public static IEnumerable<Shortage> Shortages(PodSpec spec, NodeStatus node, IReadOnlyList<Pod> others)
    {
        var (wanted, there) = (PodRequests.Of(spec), ResourceLists.Read(node.Allocatable));
        var used = others.Aggregate(Resources.None, (sum, other) => sum + PodRequests.Of(other.Spec));
        Shortage[] kinds =
        [
            new(ResourceLists.Pods, 1, others.Count, ResourceLists.PodSlots(node.Allocatable)),
            new(ResourceLists.Cpu, wanted.MilliCpu, used.MilliCpu, there.MilliCpu),
            new(ResourceLists.Memory, wanted.Memory, used.Memory, there.Memory),
            new(ResourceLists.EphemeralStorage, wanted.EphemeralStorage, used.EphemeralStorage, there.EphemeralStorage),
            .. wanted.Others.Where(other => there.Others.ContainsKey(other.Key))
                .Select(other => new Shortage(other.Key, other.Value, used.Others.GetValueOrDefault(other.Key), there.Others[other.Key])),
        ];
        return kinds.Where(kind => kind.Requested > 0 && kind.Missing > 0);
    }

    private static Refusal? CheckSettings(Pod pod, Protocol.Core.V1.Node node) => Sysctls.Check(pod.Spec) ?? CheckOs(pod, node);

    private static Refusal? CheckPlace(Pod pod, Protocol.Core.V1.Node node, IReadOnlyList<Pod> others) =>
        CheckNode(pod.Spec, node) ?? CheckPorts(pod.Spec, others) ?? (pod.IsStatic() ? null : CheckTaints(pod.Spec, node)) ?? AppArmor.Check(pod);

    private static Refusal? CheckOs(Pod pod, Protocol.Core.V1.Node node)
    {
        var os = node.Metadata.Labels.TryGetValue(OsLabel, out var label) ? label : "linux";
        if (pod.Metadata.Labels.TryGetValue(OsLabel, out var wanted) && wanted != os)
        {
            return new("PodOSSelectorNodeLabelDoesNotMatch", $"Failed to admit pod as the `{OsLabel}` label doesn't match node label");
        }
        return pod.Spec.Os is { Name: { Length: > 0 } named } && named != os ? new("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS") : null;
    }

    private static Refusal? CheckNode(PodSpec spec, Protocol.Core.V1.Node node)
    {
        if (!spec.SelectsNode(node)) return Failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
        return spec.NodeName.Length > 0 && spec.NodeName != node.Metadata.Name ? Failed("NodeName", "node(s) didn't match the requested node name") : null;
    }

    private static Refusal? CheckPorts(PodSpec spec, IReadOnlyList<Pod> others)
    {
        var wanted = HostPort.Of(spec).ToList();
        return wanted.Count > 0 && others.SelectMany(other => HostPort.Of(other.Spec)).Any(taken => wanted.Any(taken.Conflicts))
            ? Failed("NodePorts", "node(s) didn't have free ports for the requested pod ports")
            : null;
    }

    // NoSchedule taints are the scheduler's: a pod that is here was either let in or put here past it.
    private static Refusal? CheckTaints(PodSpec spec, Protocol.Core.V1.Node node) =>
        (node.Spec?.Taints ?? []).Any(taint => taint.Effect == Tolerations.NoExecute && !spec.Tolerations.Tolerates(taint))
            ? Failed("TaintToleration", "node(s) had taints that the pod didn't tolerate")
            : null;

    private static Refusal Failed(string predicate, string why) => new(predicate, $"Predicate {predicate} failed: {why}");
}
