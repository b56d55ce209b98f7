using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeLabel;

/// <summary>
/// Keeps every pod to nodes that have certain labels and have not certain others, whatever the values (the predicate
/// CheckNodeLabelPresence), and prefers nodes in the same way (the priority NodeLabelPriority).
/// </summary>
/// <remarks>
/// A node scores 100 for each preference that it meets, divided by their number: one of two met is 50. Off unless a profile names it;
/// Kubernetes had it until 1.22. Source: pkg/scheduler/framework/plugins/nodelabel/node_label.go.
/// </remarks>
internal sealed class NodeLabel(NodeLabelArgs args) : IFilterPlugin, IPreScorePlugin, IScorePlugin, IQueueingHintPlugin
{
    private static readonly Status Violated = Status.Unresolvable("node(s) didn't have the requested labels");

    public string Name => "NodeLabel";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Accepts(node.Node) ? Status.Success : Violated;

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible) => Preferences > 0;

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => Preferences == 0
        ? 0
        : Scores.Max * (Count(args.PresentLabelsPreference, node.Node, true) + Count(args.AbsentLabelsPreference, node.Node, false)) / Preferences;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change.BecomesAcceptable(Accepts);

    private int Preferences => args.PresentLabelsPreference.Count + args.AbsentLabelsPreference.Count;

    private bool Accepts(Node node) =>
        Count(args.PresentLabels, node, true) == args.PresentLabels.Count && Count(args.AbsentLabels, node, false) == args.AbsentLabels.Count;

    private static int Count(IReadOnlyList<string> keys, Node node, bool present)
    {
        var count = 0;
        for (var i = 0; i < keys.Count; i++)
        {
            if (node.Metadata.Labels.ContainsKey(keys[i]) == present) count++;
        }
        return count;
    }
}
