using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResources;

namespace MiniK8s.Scheduler.Plugins.NodeResourcesMostAllocated;

/// <summary>Prefers nodes that have least room left: the priority MostRequestedPriority, for profiles that have it beside NodeResourcesFit's own strategy.</summary>
/// <remarks>
/// The scores are those of NodeResourcesFit with the strategy MostAllocated. Off unless a profile names it; Kubernetes had it until 1.22.
/// Source: pkg/scheduler/framework/plugins/noderesources/most_allocated.go.
/// </remarks>
internal sealed class NodeResourcesMostAllocated(NodeResourcesMostAllocatedArgs args) : IScorePlugin
{
    private readonly NodeResourcesFit _fit =
        new(new NodeResourcesFitArgs { ScoringStrategy = new ScoringStrategy { Type = ScoringStrategy.MostAllocated, Resources = args.Resources } });

    public string Name => "NodeResourcesMostAllocated";

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => _fit.Score(state, pod, node);
}

/// <summary>What a profile may say to <see cref="NodeResourcesMostAllocated"/>.</summary>
internal sealed record NodeResourcesMostAllocatedArgs : IPluginArguments
{
    /// <summary>cpu and memory, where there are none.</summary>
    public IReadOnlyList<ResourceSpec> Resources { get; init; } = [];

    public void Check(FieldPath path, FieldErrorList errors) => ResourceSpec.Check(Resources, path.Child("resources"), errors);
}
