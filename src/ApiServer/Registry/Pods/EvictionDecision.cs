using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>What an eviction does, by the pod and its budgets [pkg/registry/core/pod/storage/eviction.go].</summary>
/// <param name="Budget">To be booked before the delete; null: none.</param>
/// <param name="IsPinned">The delete must find the pod in the very state that was looked at.</param>
internal sealed record EvictionDecision(DisruptionBudget? Budget, bool IsPinned)
{
    private const string Violation = "Cannot evict pod as it would violate the pod's disruption budget.";
    private const int MaxDisrupted = 2000;

    /// <summary>Whether no budget counts: the pod does not run, or is on its way out.</summary>
    public static bool IgnoresBudgets(Pod pod) =>
        pod.Status.Phase is "Succeeded" or "Failed" or "Pending" || pod.Metadata.DeletionTimestamp is not null;

    /// <summary>Decides, or refuses.</summary>
    /// <remarks>
    /// pod                        | budget                                     | outcome
    /// ---------------------------+--------------------------------------------+--------------------------------
    /// Pending                    | not consulted                              | delete, pinned
    /// ended, or being deleted    | not consulted                              | delete
    /// runs                       | none                                       | delete
    /// runs                       | several                                    | 500
    /// not ready                  | AlwaysAllow                                | delete, pinned
    /// not ready                  | healthy enough without it                  | delete, pinned
    /// runs                       | its status is older than its specification | 429, retry after 10 s
    /// runs                       | allows fewer than none                     | 403
    /// runs                       | has noted over 2,000 pods                  | 403
    /// runs                       | allows none                                | 429
    /// runs                       | allows some                                | book one, delete
    /// </remarks>
    /// <exception cref="ApiException">The eviction is refused.</exception>
    public static EvictionDecision Decide(Pod pod, IReadOnlyList<DisruptionBudget> budgets)
    {
        if (IgnoresBudgets(pod)) return new(null, IsPinned: pod.Status.Phase == "Pending" && pod.Metadata.DeletionTimestamp is null);
        if (budgets.Count == 0) return new(null, IsPinned: false);
        if (budgets.Count > 1) throw StatusErrors.Unclassified("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");

        var budget = budgets[0];
        if (!IsReady(pod) && (budget.EvictsUnready || (budget.DesiredHealthy > 0 && budget.CurrentHealthy >= budget.DesiredHealthy))) return new(null, IsPinned: true);
        if (!budget.IsObserved) throw StillProcessed(budget.Name);
        if (budget.Allowed < 0) throw Forbidden(budget, "pdb disruptions allowed is negative");
        if (budget.Disrupted > MaxDisrupted) throw Forbidden(budget, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        if (budget.Allowed == 0)
            throw TooMany(0, $"The disruption budget {budget.Name} needs {budget.DesiredHealthy} healthy pods and has {budget.CurrentHealthy} currently");
        return new(budget, IsPinned: false);
    }

    /// <summary>429: the budget, or the pod, is changing just now.</summary>
    public static ApiException StillProcessed(string budget) => TooMany(10, $"The disruption budget {budget} is still being processed by the server.");

    private static ApiException TooMany(int retryAfterSeconds, string cause)
    {
        var refusal = StatusErrors.TooManyRequests(Violation, retryAfterSeconds);
        refusal.Status.Details.Causes.Add(new StatusCause { Reason = "DisruptionBudget", Message = cause });
        return refusal;
    }

    private static ApiException Forbidden(DisruptionBudget budget, string why) => StatusErrors.Forbidden(new("policy", "poddisruptionbudget"), budget.Name, why);

    private static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
}
