using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Questions about a pod's specification that many rooms of the kubelet ask.</summary>
internal static class PodSpecs
{
    /// <summary>Where a pod comes from: <c>file</c>.</summary>
    public const string SourceAnnotation = "kubernetes.io/config.source";

    /// <summary>Of a static pod: another one after each change of its manifest.</summary>
    public const string HashAnnotation = "kubernetes.io/config.hash";

    /// <summary>From here on a priority is one of the system classes' [pkg/apis/scheduling SystemCriticalPriority].</summary>
    public const int SystemCriticalPriority = 2_000_000_000;

    /// <summary>An init container that keeps running beside the main ones (KEP-753).</summary>
    public static bool IsSidecar(this Container init) => init.HasRestartPolicy && init.RestartPolicy == "Always";

    public static IEnumerable<Container> Sidecars(this PodSpec spec) => spec.InitContainers.Where(IsSidecar);

    /// <summary>A main or an init container; null if it has none of that name.</summary>
    public static Container? ContainerNamed(this PodSpec spec, string name) =>
        spec.Containers.FirstOrDefault(c => c.Name == name) ?? spec.InitContainers.FirstOrDefault(c => c.Name == name);

    /// <summary>The pod as it stands inside messages: <c>name_namespace(uid)</c>.</summary>
    public static string Format(this Pod pod) => $"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";

    /// <summary>It comes from a manifest of the node, not from the apiserver.</summary>
    public static bool IsStatic(this Pod pod) => pod.Metadata.Annotations.TryGetValue(SourceAnnotation, out var source) && source != "api";

    /// <summary>Never driven out by others, and let in at their cost [pkg/kubelet/types/pod_update.go IsCriticalPod].</summary>
    public static bool IsCritical(this Pod pod) => pod.IsStatic() || pod.IsMirror() || pod.Spec.Priority >= SystemCriticalPriority;

    public static bool IsDeleting(this Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    public static bool HasTerminalPhase(this Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>The apiserver gave out the other one later; a pod of a manifest has no version.</summary>
    public static bool IsOlderThan(this Pod pod, Pod other) =>
        ulong.TryParse(pod.Metadata.ResourceVersion, out var own) && ulong.TryParse(other.Metadata.ResourceVersion, out var others) && own < others;

    /// <summary>What the kubelet acts upon differs: specification, labels, annotations, deletion; for a pod with readiness gates also others' conditions.</summary>
    public static bool DiffersForKubelet(this Pod now, Pod before) =>
        !now.Spec.Equals(before.Spec)
        || !now.Metadata.Labels.Equals(before.Metadata.Labels)
        || !now.Metadata.Annotations.Equals(before.Metadata.Annotations)
        || !Equals(now.Metadata.DeletionTimestamp, before.Metadata.DeletionTimestamp)
        || now.Metadata.DeletionGracePeriodSeconds != before.Metadata.DeletionGracePeriodSeconds
        || (now.HasTerminalPhase() && !before.HasTerminalPhase())
        || now.Spec.ReadinessGates.Any(gate => ConditionOf(now, gate.ConditionType) != ConditionOf(before, gate.ConditionType));

    private static string? ConditionOf(Pod pod, string type) => pod.Status?.Conditions.FirstOrDefault(c => c.Type == type)?.Status;

    /// <summary>Where a container stands in its pod, as events name it: <c>spec.containers{web}</c>.</summary>
    public static string FieldPath(this PodSpec spec, string container) =>
        spec.InitContainers.Any(c => c.Name == container) ? $"spec.initContainers{{{container}}}"
        : spec.EphemeralContainers.Any(c => c.EphemeralContainerCommon.Name == container) ? $"spec.ephemeralContainers{{{container}}}"
        : $"spec.containers{{{container}}}";
}
