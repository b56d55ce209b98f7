using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Policy.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>Which pods cannot go without a PodDisruptionBudget being overdrawn.</summary>
/// <remarks>Source: filterPodsWithPDBViolation, pkg/scheduler/framework/plugins/defaultpreemption.</remarks>
internal sealed class DisruptionBudgets(IEnumerable<PodDisruptionBudget> budgets)
{
    private readonly (PodDisruptionBudget Budget, LabelQuery Selector)[] _budgets =
        [.. budgets.Select(budget => (budget, SelectorOf(budget))).Where(pair => !pair.Item2.IsEverything)];

    /// <summary>Takes the pods from the budgets, one after the other; violating are those for which one of theirs had nothing left.</summary>
    public (IReadOnlyList<PodInfo> Violating, IReadOnlyList<PodInfo> Others) Split(IReadOnlyList<PodInfo> pods)
    {
        if (_budgets.Length == 0) return ([], pods);
        var left = _budgets.Select(pair => pair.Budget.Status?.DisruptionsAllowed ?? 0).ToArray();
        var (violating, others) = (new List<PodInfo>(), new List<PodInfo>());
        foreach (var pod in pods) (Take(pod, left) ? others : violating).Add(pod);
        return (violating, others);
    }

    // A pod that a budget has been charged for already costs it nothing more. One without labels is in no budget.
    private bool Take(PodInfo pod, int[] left)
    {
        var labels = pod.Pod.Metadata.Labels;
        if (labels.Count == 0) return true;
        var isCovered = true;
        for (var i = 0; i < _budgets.Length; i++)
        {
            var (budget, selector) = _budgets[i];
            if (budget.Metadata.Namespace != pod.Key.Namespace || !selector.Matches(labels)) continue;
            if (budget.Status?.DisruptedPods.ContainsKey(pod.Key.Name) == true) continue;
            if (--left[i] < 0) isCovered = false;
        }
        return isCovered;
    }

    // An empty selector selects nothing here, and neither does one that validation would not let in now.
    private static LabelQuery SelectorOf(PodDisruptionBudget budget)
    {
        try
        {
            return LabelQuery.From(budget.Spec?.Selector);
        }
        catch (SelectorException)
        {
            return LabelQuery.Nothing;
        }
    }
}
