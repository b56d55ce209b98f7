using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.ApiServer.Registry.PodDisruptionBudgets;

/// <summary>PodDisruptionBudgets: evictions count down in their status, so an update must say what it has seen.</summary>
internal sealed class PodDisruptionBudgetStrategy : SpecStatusStrategy<PodDisruptionBudget>
{
    /// <inheritdoc/>
    public override bool AllowsUnconditionalUpdate => false;
}
