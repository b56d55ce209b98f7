namespace MiniK8s.Scheduler.Framework;

/// <summary>
/// One rule of scheduling. A plugin sees a snapshot, keeps no state between pods (within a cycle it has the <see cref="CycleState"/>), gives
/// every reason it knows, and says whether preemption could help.
/// </summary>
internal interface IPlugin
{
    /// <summary>The name by which messages and logs know it.</summary>
    string Name { get; }
}

/// <summary>Once per pod, before the filters.</summary>
internal interface IPreFilterPlugin : IPlugin
{
    PreFilterResult PreFilter(CycleState state, PodInfo pod);
}

/// <summary>Whether a pod may run on a node; after <see cref="IPreFilterPlugin"/>.</summary>
internal interface IFilterPlugin : IPlugin
{
    Status Filter(CycleState state, PodInfo pod, NodeInfo node);
}

/// <summary>How good each of the feasible nodes is.</summary>
internal interface IScorePlugin : IPlugin
{
    /// <summary>The factor of its scores in the sum.</summary>
    int Weight { get; }

    /// <summary>0 to 100 after <see cref="Normalize"/>.</summary>
    long Score(CycleState state, PodInfo pod, NodeInfo node);

    /// <summary>Brings the raw scores of all feasible nodes to 0..100, where they are not already.</summary>
    void Normalize(Span<long> scores)
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

/// <summary>Writes the decision down.</summary>
internal interface IBindPlugin : IPlugin
{
    Task BindAsync(PodInfo pod, string node, CancellationToken ct);
}

/// <summary>Knows which changes may make a node acceptable that it rejected.</summary>
internal interface IQueueingHintPlugin : IPlugin
{
    /// <summary>Whether the pod, which this plugin rejected, should be tried again after that.</summary>
    bool MayHelp(PodInfo pod, ClusterEvent change);
}
