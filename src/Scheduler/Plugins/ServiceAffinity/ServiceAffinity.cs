using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.ServiceAffinity;

/// <summary>Keeps the pods of a Service to nodes that agree in the values of certain labels, such as the region: the predicate checkServiceAffinity.</summary>
/// <remarks>
/// For each label the value that a node must have is
/// | the pod's nodeSelector has the label | the pod is of a Service, and one like it has a node | wanted                        |
/// |--------------------------------------|-----------------------------------------------------|-------------------------------|
/// | yes                                  | whatever                                            | the selector's value          |
/// | no                                   | yes                                                 | that node's value, if it has one |
/// | no                                   | no                                                  | any                           |
/// Like it are pods of its namespace that have all its labels; the first that is found decides. So the first pod of a Service goes where it
/// likes and the others follow it. Off unless a profile names it; Kubernetes had it until 1.22, with a score that is not here.
/// Source: pkg/scheduler/framework/plugins/serviceaffinity/service_affinity.go.
/// </remarks>
internal sealed class ServiceAffinity(ServiceAffinityArgs args, IClusterObjects objects) : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status Violated = Status.Unschedulable("node(s) didn't match service affinity");

    public string Name => "ServiceAffinity";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        if (args.AffinityLabels.Count == 0) return PreFilterResult.Skipped;
        var like = HasService(pod) ? snapshot.Nodes.SelectMany(node => node.Pods.Where(other => IsLike(pod, other)).Select(other => new Placed(other.Uid, node.Node))) : [];
        state.Keep(new Companions([.. like], Pinned(pod)));
        return PreFilterResult.Go;
    }

    public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node)
    {
        if (HasService(pod) && IsLike(pod, added)) state.Kept<Companions>().Add(new Placed(added.Uid, node.Node));
    }

    public void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) => state.Kept<Companions>().Remove(removed.Uid);

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        var wanted = state.Kept<Companions>().Wanted(args.AffinityLabels);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] is { } value && !(node.Node.Metadata.Labels.TryGetValue(args.AffinityLabels[i], out var actual) && actual == value)) return Violated;
        }
        return Status.Success;
    }

    // Who is like the pod decides, so any change to such a pod may; and any node or Service.
    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.AssignedPodAdded added => IsLike(pod, added.Pod),
        ClusterEvent.AssignedPodUpdated updated => IsLike(pod, updated.Old) || IsLike(pod, updated.Current),
        ClusterEvent.AssignedPodDeleted deleted => IsLike(pod, deleted.Pod),
        ClusterEvent.NodeAdded => true,
        ClusterEvent.NodeUpdated updated => !updated.Old.Metadata.Labels.Equals(updated.Current.Metadata.Labels),
        ClusterEvent.ObjectSet set => set.Current is Service,
        _ => false,
    };

    private bool HasService(PodInfo pod) => objects.List<Service>(pod.Key.Namespace).Any(service =>
        service.Spec is { Selector: { Count: > 0 } selector } && selector.All(wanted => HasLabel(pod, wanted)));

    private static bool IsLike(PodInfo pod, PodInfo other) =>
        other.Key.Namespace == pod.Key.Namespace && pod.Pod.Metadata.Labels.All(wanted => HasLabel(other, wanted));

    private static bool HasLabel(PodInfo pod, KeyValuePair<string, string> wanted) =>
        pod.Pod.Metadata.Labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value;

    // What the pod's own selector says of each label.
    private string?[] Pinned(PodInfo pod) => [.. args.AffinityLabels.Select(key => pod.Pod.Spec.NodeSelector.TryGetValue(key, out var value) ? value : null)];

    private readonly record struct Placed(string Uid, Node Node);

    // The pods like the one that is scheduled, and the values that follow; worked out when they are asked for, and once.
    private sealed class Companions(List<Placed> placed, string?[] pinned) : ICycleData
    {
        private string?[]? _wanted;

        public void Add(Placed pod)
        {
            placed.Add(pod);
            _wanted = null;
        }

        public void Remove(string uid)
        {
            if (placed.RemoveAll(pod => pod.Uid == uid) > 0) _wanted = null;
        }

        public string?[] Wanted(IReadOnlyList<string> keys) => _wanted ??= placed.Count == 0
            ? pinned
            : [.. keys.Select((key, i) => pinned[i] ?? (placed[0].Node.Metadata.Labels.TryGetValue(key, out var value) ? value : null))];

        public ICycleData Clone() => new Companions([.. placed], pinned);
    }
}
