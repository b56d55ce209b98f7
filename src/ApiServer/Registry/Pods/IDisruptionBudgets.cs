using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>The PodDisruptionBudgets, as an eviction sees them.</summary>
internal interface IDisruptionBudgets
{
    /// <summary>Those of the pod's namespace whose selector is not empty and selects it.</summary>
    Task<IReadOnlyList<DisruptionBudget>> OfAsync(RequestContext request, Pod pod, CancellationToken ct);

    /// <summary>Books one disruption: the pod is noted, and one fewer is allowed.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">409: the budget has changed since it was read.</exception>
    Task TakeAsync(RequestContext request, DisruptionBudget budget, string podName, CancellationToken ct);
}

/// <summary>What an eviction must know of a budget.</summary>
/// <param name="IsObserved">Its status is about its present specification.</param>
/// <param name="EvictsUnready">unhealthyPodEvictionPolicy AlwaysAllow.</param>
/// <param name="Disrupted">Pods already noted, which have not gone yet.</param>
internal sealed record DisruptionBudget(
    string Namespace, string Name, string ResourceVersion, bool IsObserved, bool EvictsUnready, int Allowed, int CurrentHealthy, int DesiredHealthy, int Disrupted);
