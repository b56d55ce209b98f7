using MiniK8s.Api.Placement;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>The resources that a score counts, and what a node has of them and would have to give: the frame that all scores by resources share.</summary>
/// <remarks>
/// | resource                  | the node has | would be asked for, by the pods there and the new one                    |
/// |---------------------------|--------------|--------------------------------------------------------------------------|
/// | cpu, memory               | allocatable  | what they ask for, or (not for balance) are supposed to ask for           |
/// | ephemeral-storage         | allocatable  | what they ask for                                                        |
/// | any other the pod wants   | allocatable  | what they ask for                                                        |
/// | any other                 | 0            | 0: it does not count                                                     |
/// Asked per node: takes no memory. Source: pkg/scheduler/framework/plugins/noderesources/resource_allocation.go.
/// </remarks>
/// <param name="resources">The file's; none stands for the defaults.</param>
/// <param name="supposes">Whether a container that asks for no cpu or memory counts as if it asked for a little.</param>
internal sealed class ScoredResources(IReadOnlyList<ResourceSpec> resources, bool supposes)
{
    private readonly (string Name, long Weight)[] _resources =
        [.. (resources.Count == 0 ? ResourceSpec.Defaults : resources).Select(resource => (resource.Name, resource.EffectiveWeight))];

    public int Count => _resources.Length;

    public long Weight(int index) => _resources[index].Weight;

    /// <summary>What the node has of a resource, and what would be asked of it; 0 and 0 where it does not count.</summary>
    public (long Allocatable, long Requested) Of(int index, PodInfo pod, NodeInfo node)
    {
        var (there, wanted) = supposes ? (node.NonZeroRequested, pod.NonZeroRequests) : (node.Requested, pod.Requests);
        return _resources[index].Name switch
        {
            ResourceLists.Cpu => (node.Allocatable.MilliCpu, there.MilliCpu + wanted.MilliCpu),
            ResourceLists.Memory => (node.Allocatable.Memory, there.Memory + wanted.Memory),
            ResourceLists.EphemeralStorage => (node.Allocatable.EphemeralStorage, node.Requested.EphemeralStorage + pod.Requests.EphemeralStorage),
            var other => Other(other, pod, node),
        };
    }

    private static (long, long) Other(string name, PodInfo pod, NodeInfo node) =>
        pod.Requests.Others.TryGetValue(name, out var wanted) && wanted > 0 && node.Allocatable.Others.TryGetValue(name, out var room)
            ? (room, (node.Requested.Others.TryGetValue(name, out var there) ? there : 0) + wanted)
            : (0, 0);
}
