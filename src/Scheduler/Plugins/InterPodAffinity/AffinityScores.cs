using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>What preferences are worth to a pod, by domain: its own towards the placed pods, and theirs towards it.</summary>
/// <remarks>
/// | for a placed pod and a term of                      | that speaks of | its domain gains      |
/// |-----------------------------------------------------|----------------|-----------------------|
/// | the pod's preferred affinity                        | the placed pod | weight                |
/// | the pod's preferred anti-affinity                   | the placed pod | -weight               |
/// | the placed pod's required affinity                  | the pod        | hardPodAffinityWeight |
/// | the placed pod's preferred affinity                 | the pod        | weight                |
/// | the placed pod's preferred anti-affinity            | the pod        | -weight               |
/// Source: pkg/scheduler/framework/plugins/interpodaffinity/scoring.go.
/// </remarks>
internal sealed class AffinityScores : ICycleData
{
    private readonly DomainSums _worth = new();

    /// <summary>Asks the placed pods that may prefer something, and all of them where the pod does.</summary>
    public AffinityScores(PodInfo pod, Snapshot snapshot, IClusterObjects objects, InterPodAffinityArgs args)
    {
        if (snapshot.HasPodAffinity)
        {
            SpeakOfAny = _worth.AddEach(snapshot, snapshot.Preferring(pod, objects.LabelsOf(pod.Key.Namespace), args.HardPodAffinityWeight));
        }
        foreach (var (term, weight) in objects.WithNamespaces(pod.AffinityTerms.PreferredAffinity)) AddOwn(snapshot, term, weight);
        foreach (var (term, weight) in objects.WithNamespaces(pod.AffinityTerms.PreferredAntiAffinity)) AddOwn(snapshot, term, -weight);
    }

    /// <summary>Whether any term speaks of any pod, with the placed one of the two in a domain.</summary>
    public bool SpeakOfAny { get; private set; }

    // Never changed.
    public ICycleData Clone() => this;

    public long Of(NodeInfo node) => _worth.TotalOf(node.Labels);

    private void AddOwn(Snapshot snapshot, AffinityTerm term, int weight) =>
        SpeakOfAny |= _worth.AddEach(snapshot, term.TopologyKey, snapshot.CountMatching(term), weight);
}
