using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Framework;

/// <summary>
/// One rule of scheduling. A plugin sees a snapshot, keeps no state between pods (within a cycle it has the <see cref="CycleState"/>), gives
/// every reason it knows, and says whether preemption could help.
/// </summary>
/// <remarks>
/// The extension points in the order in which a pod comes past them (KEP-624):
/// <code>
/// scheduling cycle, one pod at a time                                                            binding cycle, many at a time
/// PreEnqueue  QueueSort  PreFilter  Filter  (PostFilter)  PreScore  Score  Reserve  Permit   |   PreBind  Bind  PostBind
/// </code>
/// </remarks>
internal interface IPlugin
{
    /// <summary>The name by which messages, logs and configuration know it.</summary>
    string Name { get; }
}

/// <summary>Whether a pod may be tried at all; until then it waits, and no event is written.</summary>
internal interface IPreEnqueuePlugin : IPlugin
{
    Status PreEnqueue(PodInfo pod);
}

/// <summary>In which order pods are tried. A profile has exactly one, and all profiles of a process the same: they share the queue.</summary>
internal interface IQueueSortPlugin : IPlugin
{
    /// <summary>Less than 0 when <paramref name="a"/> comes first. Pure: asked under the queue's lock.</summary>
    int Compare(QueuedPod a, QueuedPod b);
}

/// <summary>Once per pod, before the filters.</summary>
internal interface IPreFilterPlugin : IPlugin
{
    PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot);

    /// <summary>Brings what <see cref="PreFilter"/> kept to what it would be with one more pod on that node.</summary>
    void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node)
    {
    }

    /// <summary>Brings what <see cref="PreFilter"/> kept to what it would be without that pod of the node.</summary>
    void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node)
    {
    }
}

/// <summary>Whether a pod may run on a node; after <see cref="IPreFilterPlugin"/>.</summary>
internal interface IFilterPlugin : IPlugin
{
    Status Filter(CycleState state, PodInfo pod, NodeInfo node);

    /// <summary>The same. For filters that need not look at the node itself.</summary>
    Status Filter(CycleState state, PodInfo pod, in NodeRow row) => Filter(state, pod, row.Node);
}

/// <summary>What can be done for a pod that fits nowhere. Decides only; what is to be written is written by <see cref="ApplyAsync"/>.</summary>
internal interface IPostFilterPlugin : IPlugin
{
    PostFilterResult PostFilter(CycleState state, PodInfo pod, Snapshot snapshot, Rejections rejections);

    /// <summary>Writes down what was decided, beside the loop and before the pod is reported as not scheduled.</summary>
    Task ApplyAsync(PodInfo pod, PostFilterResult decided, CancellationToken ct);
}

/// <summary>Once per pod, when the feasible nodes are known and there are at least two.</summary>
internal interface IPreScorePlugin : IPlugin
{
    /// <summary>False when the plugin's score has nothing to say about this pod.</summary>
    bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible);
}

/// <summary>How good each of the feasible nodes is.</summary>
internal interface IScorePlugin : IPlugin
{
    /// <summary>0 to 100 after <see cref="Normalize"/>.</summary>
    long Score(CycleState state, PodInfo pod, NodeInfo node);

    /// <summary>Brings the raw scores of all feasible nodes, in their order, to 0..100, where they are not already.</summary>
    void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
    }
}

/// <summary>Takes what the chosen node must keep for the pod; undone when the pod is not bound after all.</summary>
internal interface IReservePlugin : IPlugin
{
    Status Reserve(CycleState state, PodInfo pod, string node);

    /// <summary>Must not fail, and must bear being called without <see cref="Reserve"/>.</summary>
    void Unreserve(CycleState state, PodInfo pod, string node);
}

/// <summary>A last word on the choice.</summary>
internal interface IPermitPlugin : IPlugin
{
    /// <summary>A rejection sends the pod back to wait.</summary>
    Status Permit(CycleState state, PodInfo pod, string node);
}

/// <summary>What must be done before the binding is written, such as binding a claim.</summary>
internal interface IPreBindPlugin : IPlugin
{
    Task PreBindAsync(CycleState state, PodInfo pod, string node, CancellationToken ct);
}

/// <summary>Writes the decision down.</summary>
internal interface IBindPlugin : IPlugin
{
    Task BindAsync(PodInfo pod, string node, CancellationToken ct);
}

/// <summary>Told of a pod that was bound.</summary>
internal interface IPostBindPlugin : IPlugin
{
    void PostBind(CycleState state, PodInfo pod, string node);
}

/// <summary>Knows which changes may make a node acceptable that it rejected (KEP-4247).</summary>
internal interface IQueueingHintPlugin : IPlugin
{
    /// <summary>Whether the pod, which this plugin rejected, should be tried again after that. Pure: asked under the queue's lock.</summary>
    bool MayHelp(PodInfo pod, ClusterEvent change);
}
