using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>Which changes may help a pod that InterPodAffinity rejected.</summary>
/// <remarks>
/// | change                | helps when                                                                                               |
/// |-----------------------|----------------------------------------------------------------------------------------------------------|
/// | a placed pod came     | it matches all of the pod's affinity terms                                                               |
/// | a placed pod left     | it matched an anti-affinity term of the pod, or had one that the pod matches; or it matched all affinity |
/// |                       | terms of a pod that could itself be the first of its kind                                                |
/// | one was relabelled    | it came or left in that sense                                                                            |
/// | the pod changed       | its labels did                                                                                           |
/// | a node came           | it has a topology key of the pod's affinity, or the pod has no affinity                                  |
/// | a node changed        | its labels did: what keeps a pod out may hang on any of them                                             |
/// Source: pkg/scheduler/framework/plugins/interpodaffinity/plugin.go. The hints of 1.32 know less, and pods wait for the flush after five
/// minutes: when a pod left whose own term had kept them out (mended by kubernetes#135325), when it matched one anti-affinity term of several
/// (#139161), where a term selects namespaces (#141953), where they could be the first of their kind (#141354), and when a node came for a pod
/// without terms. Here they are tried.
/// </remarks>
internal sealed class AffinityHints(IClusterObjects objects)
{
    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.AssignedPodAdded added => MatchesAll(pod, added.Pod),
        ClusterEvent.AssignedPodDeleted deleted => Frees(pod, deleted.Pod, null),
        ClusterEvent.AssignedPodUpdated updated =>
            (!MatchesAll(pod, updated.Old) && MatchesAll(pod, updated.Current)) || Frees(pod, updated.Old, updated.Current),
        ClusterEvent.PodUpdated updated => !updated.Old.Pod.Metadata.Labels.Equals(updated.Current.Pod.Metadata.Labels),
        ClusterEvent.NodeAdded added => HasDomainFor(pod.AffinityTerms.Affinity, added.Node),
        ClusterEvent.NodeUpdated updated => !updated.Old.Metadata.Labels.Equals(updated.Current.Metadata.Labels),
        _ => false,
    };

    private static bool HasDomainFor(AffinityTerm[] affinity, Node node) =>
        affinity.Length == 0 || Array.Exists(affinity, term => node.Metadata.Labels.ContainsKey(term.TopologyKey.Text));

    // Whether something that kept the pod out is so no more, old having become current or gone.
    private bool Frees(PodInfo pod, PodInfo old, PodInfo? current)
    {
        foreach (var term in pod.AffinityTerms.AntiAffinity)
        {
            if (Matches(term, old) && (current is null || !Matches(term, current))) return true;
        }
        if (current is null && Array.Exists(old.AffinityTerms.AntiAffinity, term => Matches(term, pod))) return true;
        return MatchesAll(pod, old) && (current is null || !MatchesAll(pod, current)) && MatchesAll(pod, pod);
    }

    private bool MatchesAll(PodInfo pod, PodInfo other)
    {
        foreach (var term in pod.AffinityTerms.Affinity)
        {
            if (!Matches(term, other)) return false;
        }
        return pod.AffinityTerms.Affinity.Length > 0;
    }

    private bool Matches(AffinityTerm term, PodInfo pod) =>
        term.SelectsNamespaces ? term.Matches(pod, objects.LabelsOf(pod.Key.Namespace)) : term.Matches(pod);
}
