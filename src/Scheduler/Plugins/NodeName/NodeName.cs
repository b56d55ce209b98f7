using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeName;

/// <summary>A pod that names its node goes nowhere else.</summary>
internal sealed class NodeName : IFilterPlugin, IQueueingHintPlugin
{
    public const string PluginName = "NodeName";

    private static readonly Status Another = Status.Unresolvable("node(s) didn't match the requested node name");

    public string Name => PluginName;

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Filter(state, pod, new NodeRow(node));

    public Status Filter(CycleState state, PodInfo pod, in NodeRow row) =>
        pod.NodeName.Length == 0 || pod.NodeName == row.Node.Name ? Status.Success : Another;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change is ClusterEvent.NodeAdded;
}
