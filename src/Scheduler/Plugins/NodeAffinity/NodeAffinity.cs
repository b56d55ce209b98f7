using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

using Affinity = MiniK8s.Protocol.Core.V1.NodeAffinity;

namespace MiniK8s.Scheduler.Plugins.NodeAffinity;

/// <summary>Holds pods to their nodeSelector and required node affinity, and to the profile's; prefers nodes by the preferred terms of both.</summary>
/// <remarks>Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go.</remarks>
internal sealed class NodeAffinity(NodeAffinityArgs? args = null) : IPreFilterPlugin, IFilterPlugin, IPreScorePlugin, IScorePlugin, IQueueingHintPlugin
{
    private static readonly Status NotThePods = Status.Unresolvable("node(s) didn't match Pod's node affinity/selector");
    private static readonly Status NotTheProfiles = Status.Unresolvable("node(s) didn't match scheduler-enforced node affinity");
    private static readonly Status Contradiction = Status.Unresolvable("pod affinity terms conflict");

    private static readonly RepeatedField<PreferredSchedulingTerm> NoTerms = [];

    private readonly NodeSelector? _added = args?.AddedAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
    private readonly RepeatedField<PreferredSchedulingTerm> _addedPreferred = args?.AddedAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? NoTerms;

    public string Name => "NodeAffinity";

    // Every required term names its nodes (as a DaemonSet's pods do): no other node needs a look.
    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var required = Required(pod);
        if (required is null && _added is null && pod.Pod.Spec.NodeSelector.Count == 0) return PreFilterResult.Skipped;
        if (required is null) return PreFilterResult.Go;

        var perTerm = required.NodeSelectorTerms.Select(term => term.RequiredNames()).ToList();
        if (perTerm.Count == 0 || perTerm.Any(names => names is null)) return PreFilterResult.Go;

        var nodes = perTerm.SelectMany(names => names!).ToHashSet();
        return nodes.Count == 0 ? new PreFilterResult(Contradiction) : PreFilterResult.Go with { Nodes = nodes };
    }

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (_added is not null && !_added.Matches(node.Node)) return NotTheProfiles;
        return pod.Pod.Spec.SelectsNode(node.Node) ? Status.Success : NotThePods;
    }

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible) => _addedPreferred.Count > 0 || Preferred(pod).Count > 0;

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => Score(_addedPreferred, node.Node) + Score(Preferred(pod), node.Node);

    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores) =>
        Scores.NormalizeToMax(scores, reverse: false);

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded added => Accepts(pod, added.Node),
        ClusterEvent.NodeUpdated updated => !Accepts(pod, updated.Old) && Accepts(pod, updated.Current),
        _ => false,
    };

    private bool Accepts(PodInfo pod, Node node) => _added?.Matches(node) is null or true && pod.Pod.Spec.SelectsNode(node);

    private static long Score(RepeatedField<PreferredSchedulingTerm> terms, Node node)
    {
        long sum = 0;
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].Preference?.Matches(node) is true) sum += terms[i].Weight;
        }
        return sum;
    }

    private static Affinity? Of(PodInfo pod) => pod.Pod.Spec.Affinity?.NodeAffinity;

    private static NodeSelector? Required(PodInfo pod) => Of(pod)?.RequiredDuringSchedulingIgnoredDuringExecution;

    private static RepeatedField<PreferredSchedulingTerm> Preferred(PodInfo pod) => Of(pod)?.PreferredDuringSchedulingIgnoredDuringExecution ?? NoTerms;
}
