using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A pod's rules of affinity and anti-affinity towards pods, compiled.</summary>
internal sealed class PodAffinityTerms
{
    private static readonly PodAffinityTerms None = new() { Affinity = [], AntiAffinity = [], PreferredAffinity = [], PreferredAntiAffinity = [] };

    /// <summary>What must be near; one pod has to match all of them.</summary>
    public required AffinityTerm[] Affinity { get; init; }

    /// <summary>What must not be near.</summary>
    public required AffinityTerm[] AntiAffinity { get; init; }

    public required WeightedAffinityTerm[] PreferredAffinity { get; init; }

    public required WeightedAffinityTerm[] PreferredAntiAffinity { get; init; }

    public static PodAffinityTerms Of(Pod pod) => pod.Spec.Affinity is not { } affinity ? None : new()
    {
        Affinity = Compile(affinity.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, pod),
        AntiAffinity = Compile(affinity.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, pod),
        PreferredAffinity = Compile(affinity.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, pod),
        PreferredAntiAffinity = Compile(affinity.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, pod),
    };

    private static AffinityTerm[] Compile(IEnumerable<PodAffinityTerm>? terms, Pod pod) => [.. (terms ?? []).Select(term => AffinityTerm.Of(term, pod))];

    private static WeightedAffinityTerm[] Compile(IEnumerable<WeightedPodAffinityTerm>? terms, Pod pod) =>
        [.. (terms ?? []).Select(term => new WeightedAffinityTerm(AffinityTerm.Of(term.PodAffinityTerm ?? new(), pod), term.Weight))];
}
