using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeUnschedulable;

/// <summary>Keeps pods off cordoned nodes, unless they tolerate that.</summary>
internal sealed class NodeUnschedulable : IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Taint Cordon = new() { Key = "node.kubernetes.io/unschedulable", Effect = Tolerations.NoSchedule };

    private static readonly Status IsCordoned = Status.Unresolvable("node(s) were unschedulable");

    public string Name => "NodeUnschedulable";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Filter(state, pod, new NodeRow(node));

    public Status Filter(CycleState state, PodInfo pod, in NodeRow row) => !row.IsCordoned || ToleratesCordon(pod) ? Status.Success : IsCordoned;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded added => Accepts(pod, added.Node),
        ClusterEvent.NodeUpdated updated => !Accepts(pod, updated.Old) && Accepts(pod, updated.Current),
        ClusterEvent.PodUpdated updated => !ToleratesCordon(updated.Old) && ToleratesCordon(updated.Current),
        _ => false,
    };

    private static bool Accepts(PodInfo pod, Node node) => node.Spec is not { Unschedulable: true } || ToleratesCordon(pod);

    private static bool ToleratesCordon(PodInfo pod) => pod.Pod.Spec.Tolerations.Tolerates(Cordon);
}
