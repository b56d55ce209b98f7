using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>Rejects nodes that lack room for the pod's requests; prefers those with most room left, or with least, or by a curve.</summary>
/// <remarks>Source: pkg/scheduler/framework/plugins/noderesources/fit.go and the scorers beside it.</remarks>
internal sealed class NodeResourcesFit : IFilterPlugin, IScorePlugin, IQueueingHintPlugin
{
    // Of each set of shortages the one status, so that a pod that fits nowhere costs nothing per node.
    private static readonly Status[] Usual = [.. Enumerable.Range(0, 16).Select(set => StatusOf((Shortage)set))];

    private readonly HashSet<string> _ignored;
    private readonly HashSet<string> _ignoredGroups;
    private readonly ScoredResources _resources;
    private readonly string _strategy;
    private readonly UtilizationShape? _shape;

    public NodeResourcesFit(NodeResourcesFitArgs? args = null)
    {
        args ??= new NodeResourcesFitArgs();
        (_ignored, _ignoredGroups) = ([.. args.IgnoredResources], [.. args.IgnoredResourceGroups]);
        (_resources, _strategy) = (new ScoredResources(args.ScoringStrategy.Resources, supposes: true), args.ScoringStrategy.Type);
        if (args.ScoringStrategy.RequestedToCapacityRatio is { } ratio) _shape = new UtilizationShape(ratio.Shape);
    }

    public string Name => "NodeResourcesFit";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Filter(state, pod, new NodeRow(node));

    public Status Filter(CycleState state, PodInfo pod, in NodeRow row)
    {
        var usual = Usual[(int)UsualShortages(pod.Requests, row.Room)];
        return pod.Requests.Others.IsEmpty ? usual : WithOthers(usual, pod.Requests, row.Node.Requested, row.Node.Allocatable);
    }

    /// <summary>The weighted mean over the resources that the node has. By a curve, resources that score nothing are left out, and the mean is rounded.</summary>
    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        var (sum, weights) = (0L, 0L);
        for (var i = 0; i < _resources.Count; i++)
        {
            var (allocatable, requested) = _resources.Of(i, pod, node);
            if (allocatable == 0) continue;
            var score = Score(requested, allocatable);
            if (_shape is not null && score <= 0) continue;
            sum += score * _resources.Weight(i);
            weights += _resources.Weight(i);
        }
        if (weights == 0) return 0;
        return _shape is null ? sum / weights : (long)double.Round((double)sum / weights, MidpointRounding.AwayFromZero);
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.AssignedPodDeleted => true,
        ClusterEvent.NodeAdded added => FitsEmpty(pod, AllocatableOf(added.Node)),
        ClusterEvent.NodeUpdated updated => MayHelp(pod, AllocatableOf(updated.Old), AllocatableOf(updated.Current)),
        _ => false,
    };

    private long Score(long requested, long allocatable) => _strategy switch
    {
        ScoringStrategy.MostAllocated => long.Min(requested, allocatable) * Scores.Max / allocatable,
        ScoringStrategy.ByRatio => _shape!.At(requested > allocatable ? Scores.Max : requested * Scores.Max / allocatable),
        _ => requested > allocatable ? 0 : (allocatable - requested) * Scores.Max / allocatable,
    };

    // Most updates of nodes are of something else, and each is asked about for every pod that waits.
    private bool MayHelp(PodInfo pod, MapField<string, string> old, MapField<string, string> current) =>
        !old.Equals(current)
        && (ResourceLists.PodSlots(current) > ResourceLists.PodSlots(old) || HasGrown(pod.Requests, ResourceLists.Read(old), ResourceLists.Read(current)))
        && FitsEmpty(pod, current);

    private bool FitsEmpty(PodInfo pod, MapField<string, string> allocatable) =>
        FitsEmpty(pod.Requests, ResourceLists.Read(allocatable), ResourceLists.PodSlots(allocatable));

    private static MapField<string, string> AllocatableOf(Node node) => node.Status?.Allocatable ?? [];

    private static bool HasGrown(Resources wanted, Resources old, Resources current) =>
        (wanted.MilliCpu > 0 && current.MilliCpu > old.MilliCpu)
        || (wanted.Memory > 0 && current.Memory > old.Memory)
        || (wanted.EphemeralStorage > 0 && current.EphemeralStorage > old.EphemeralStorage)
        || wanted.Others.Any(other => other.Value > 0 && current.Others.GetValueOrDefault(other.Key) > old.Others.GetValueOrDefault(other.Key));

    private bool FitsEmpty(Resources wanted, Resources allocatable, long slots) =>
        UsualShortages(wanted, new Room(allocatable, slots)) == Shortage.None
        && WithOthers(Status.Success, wanted, Resources.None, allocatable).IsSuccess;

    private static Shortage UsualShortages(Resources wanted, in Room room)
    {
        var found = room.PodSlots < 1 ? Shortage.Slots : Shortage.None;
        if (IsShort(wanted.MilliCpu, room.MilliCpu)) found |= Shortage.Cpu;
        if (IsShort(wanted.Memory, room.Memory)) found |= Shortage.Memory;
        if (IsShort(wanted.EphemeralStorage, room.EphemeralStorage)) found |= Shortage.EphemeralStorage;
        return found;
    }

    private static Status StatusOf(Shortage set)
    {
        if (set == Shortage.None) return Status.Success;
        List<string> reasons = [];
        if (set.HasFlag(Shortage.Slots)) reasons.Add("Too many pods");
        if (set.HasFlag(Shortage.Cpu)) reasons.Add("Insufficient cpu");
        if (set.HasFlag(Shortage.Memory)) reasons.Add("Insufficient memory");
        if (set.HasFlag(Shortage.EphemeralStorage)) reasons.Add("Insufficient ephemeral-storage");
        return Status.Unschedulable([.. reasons]);
    }

    private Status WithOthers(Status usual, Resources wanted, Resources taken, Resources room)
    {
        List<string>? others = null;
        foreach (var (name, amount) in wanted.Others)
        {
            if (!IsIgnored(name) && IsShort(amount, room.Others.GetValueOrDefault(name) - taken.Others.GetValueOrDefault(name)))
                (others ??= []).Add($"Insufficient {name}");
        }
        return others is null ? usual : Status.Unschedulable([.. usual.Reasons, .. others]);
    }

    private bool IsIgnored(string name) =>
        _ignored.Count + _ignoredGroups.Count > 0 && IsExtended(name) && (_ignored.Contains(name) || _ignoredGroups.Contains(name[..name.IndexOf('/', StringComparison.Ordinal)]));

    // Kubernetes' own resources have no domain, or one of its own [pkg/apis/core/v1/helper IsExtendedResourceName].
    private static bool IsExtended(string name) => name.Contains('/', StringComparison.Ordinal) && !name.Contains("kubernetes.io/", StringComparison.Ordinal);

    // A request of nothing is never short, also where the node is overfull.
    private static bool IsShort(long wanted, long left) => wanted > 0 && wanted > left;

    [Flags]
    private enum Shortage
    {
        None = 0,
        Slots = 1,
        Cpu = 2,
        Memory = 4,
        EphemeralStorage = 8,
    }
}
