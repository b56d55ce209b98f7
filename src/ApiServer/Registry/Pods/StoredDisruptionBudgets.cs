using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>The PodDisruptionBudgets in the store.</summary>
/// <remarks>
/// A disruption is booked in the budget's status [pkg/registry/core/pod/storage/eviction.go, checkAndDecrement]:
/// <code>
/// status                  before     after an eviction of web-1
/// disruptionsAllowed      1          0
/// disruptedPods                      web-1: now, until the controller has seen it go
/// DisruptionAllowed       True       False, InsufficientPods (only where none is left)
/// </code>
/// </remarks>
internal sealed class StoredDisruptionBudgets(IResourceRegistries registries, TimeProvider time) : IDisruptionBudgets
{
    private const string ConditionType = "DisruptionAllowed";
    private static readonly ApiKind Kind = ApiKinds.Of<PodDisruptionBudget>();

    private IResourceRegistry Registry => registries.Of(Kind);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DisruptionBudget>> OfAsync(RequestContext request, Pod pod, CancellationToken ct)
    {
        var stored = await Registry.ListAsync(request, pod.Metadata.Namespace, new ListOptions(), ct);
        return [.. stored.Items.Cast<PodDisruptionBudget>().Where(budget => Selects(budget, pod)).Select(Of)];
    }

    /// <inheritdoc/>
    public Task TakeAsync(RequestContext request, DisruptionBudget budget, string podName, CancellationToken ct) =>
        Registry.UpdateAsync(request, budget.Namespace, budget.Name, "status", current => Booked((PodDisruptionBudget)current!, budget, podName), new UpdateOptions(), ct);

    private static bool Selects(PodDisruptionBudget budget, Pod pod)
    {
        try
        {
            var selector = LabelQuery.From(budget.Spec?.Selector);
            return !selector.IsEverything && selector.Matches(pod.Metadata.Labels);
        }
        catch (SelectorException)
        {
            return false;       // what validation would not let in now selects nothing
        }
    }

    private static DisruptionBudget Of(PodDisruptionBudget stored)
    {
        var status = stored.Status ?? new();
        return new DisruptionBudget(
            stored.Metadata.Namespace, stored.Metadata.Name, stored.Metadata.ResourceVersion,
            IsObserved: status.ObservedGeneration >= stored.Metadata.Generation,
            EvictsUnready: stored.Spec?.UnhealthyPodEvictionPolicy == "AlwaysAllow",
            status.DisruptionsAllowed, status.CurrentHealthy, status.DesiredHealthy, status.DisruptedPods.Count);
    }

    private PodDisruptionBudget Booked(PodDisruptionBudget current, DisruptionBudget seen, string podName)
    {
        if (current.Metadata.ResourceVersion != seen.ResourceVersion) throw StatusErrors.Conflict(Kind.GroupResource, seen.Name);
        var (now, status) = (MetadataTimes.NowStamp(time), current.Status);
        status.DisruptedPods[podName] = now;
        if (--status.DisruptionsAllowed > 0) return current;

        var condition = status.Conditions.FirstOrDefault(each => each.Type == ConditionType);
        if (condition is null) status.Conditions.Add(condition = new Condition { Type = ConditionType });
        if (condition.Status != "False") condition.LastTransitionTime = now;
        (condition.Status, condition.Reason, condition.ObservedGeneration) = ("False", "InsufficientPods", status.ObservedGeneration);
        return current;
    }
}
