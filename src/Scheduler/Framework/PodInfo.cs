using MiniK8s.Api.Placement;
using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A pod and what scheduling derives from it, worked out once. The pod is shared and never changed.</summary>
internal sealed class PodInfo(Pod pod)
{
    public Pod Pod { get; } = pod;

    public ObjectKey Key { get; } = ObjectKey.Of(pod);

    public string Uid { get; } = pod.Metadata.Uid;

    /// <summary>"" while unassigned.</summary>
    public string NodeName => Pod.Spec.NodeName;

    public int Priority { get; } = pod.Spec.Priority;

    /// <summary>Whether it is being deleted. It keeps its room, but is not counted where pods are spread.</summary>
    public bool IsTerminating { get; } = pod.Metadata.DeletionTimestamp is not null;

    /// <summary>When its node took it up; what has not started yet has run for the shortest time of all.</summary>
    public DateTimeOffset Started { get; } = pod.Status?.StartTime?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue;

    public Resources Requests { get; } = PodRequests.Of(pod.Spec);

    public Resources NonZeroRequests { get; } = PodRequests.NonZeroOf(pod.Spec);

    public IReadOnlyList<HostPort> HostPorts { get; } = [.. HostPort.Of(pod.Spec)];

    /// <summary>Whether it has any rule of affinity or anti-affinity towards other pods.</summary>
    public bool HasAffinity { get; } = pod.Spec.Affinity is { } affinity && (affinity.PodAffinity is not null || affinity.PodAntiAffinity is not null);

    /// <summary>Whether it has a required rule of anti-affinity, which holds against pods that come later.</summary>
    public bool HasRequiredAntiAffinity { get; } = pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution.Count > 0;

    // Compiled when first asked for. Two threads that ask at once both compile, to the same.

    public LabelSet Labels => field ??= LabelSet.Of(Pod.Metadata.Labels);

    /// <summary>Its rules of affinity and anti-affinity towards pods.</summary>
    public PodAffinityTerms AffinityTerms => field ??= PodAffinityTerms.Of(Pod);

    /// <summary>Its own topology spread constraints; no defaults.</summary>
    public IReadOnlyList<SpreadConstraint> SpreadConstraints =>
        field ??= [.. Pod.Spec.TopologySpreadConstraints.Select(constraint => SpreadConstraint.Of(constraint, Pod))];

    public override string ToString() => Key.ToString();
}
