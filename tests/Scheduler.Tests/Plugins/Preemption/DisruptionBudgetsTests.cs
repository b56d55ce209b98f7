using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;

namespace MiniK8s.Scheduler.Tests.Plugins.Preemption;

// The pods are a, b and c, all labelled app=web, asked in that order.
public sealed class DisruptionBudgetsTests
{
    [Theory]
    [InlineData(0, "a b c")]
    [InlineData(1, "b c")]
    [InlineData(2, "c")]
    [InlineData(3, "")]
    public void Split_Budget_IsUsedUpInOrder(int allowed, string violating) => AssertViolating(violating, Budget(allowed, "app=web"));

    [Fact]
    public void Split_NoBudget_NobodyViolates() => AssertViolating("");

    [Fact]
    public void Split_TwoBudgets_BothAreCharged() => AssertViolating("b c", Budget(1, "app=web"), Budget(2, "app=web"));

    [Fact]
    public void Split_OtherLabels_AreNoMatter() => AssertViolating("", Budget(0, "app=other"));

    [Fact]
    public void Split_OtherNamespace_IsNoMatter() => AssertViolating("", Budget(0, "app=web", ns: "elsewhere"));

    [Fact]
    public void Split_EmptySelector_SelectsNothing() => AssertViolating("", Budget(0, ""));

    [Fact]
    public void Split_NoSelector_SelectsNothing()
    {
        var budget = Budget(0, "");
        budget.Spec.Selector = null;

        AssertViolating("", budget);
    }

    [Fact]
    public void Split_SelectorThatCannotBeRead_SelectsNothing()
    {
        var budget = Budget(0, "");
        budget.Spec.Selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "app", Operator = "Near" });

        AssertViolating("", budget);
    }

    // It has been charged when the eviction was granted.
    [Fact]
    public void Split_PodThatIsBeingEvicted_CostsNothingMore()
    {
        var budget = Budget(1, "app=web");
        budget.Status.DisruptedPods.Add("a", new());

        AssertViolating("c", budget);
    }

    [Fact]
    public void Split_BudgetWithoutAStatus_AllowsNothing()
    {
        var budget = Budget(0, "app=web");
        budget.Status = null;

        AssertViolating("a b c", budget);
    }

    [Fact]
    public void Split_PodWithoutLabels_IsInNoBudget()
    {
        var budget = Budget(0, "");
        budget.Spec.Selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "app", Operator = "DoesNotExist" });

        var (violating, others) = new DisruptionBudgets([budget]).Split([A.Pod("bare").Info()]);

        Assert.Empty(violating);
        Assert.Single(others);
    }

    internal static PodDisruptionBudget Budget(int allowed, string label, string ns = "default")
    {
        var budget = new PodDisruptionBudget
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = "budget" },
            Spec = new PodDisruptionBudgetSpec { Selector = new LabelSelector() },
            Status = new PodDisruptionBudgetStatus { DisruptionsAllowed = allowed },
        };
        if (label.Length > 0) budget.Spec.Selector.MatchLabels.Add(label.Split('=')[0], label.Split('=')[1]);
        return budget;
    }

    private static void AssertViolating(string expected, params PodDisruptionBudget[] budgets)
    {
        PodInfo[] pods = [.. "abc".Select(name => A.Pod($"{name}").Label("app", "web").Info())];

        var (violating, others) = new DisruptionBudgets(budgets).Split(pods);

        Assert.Equal(expected, string.Join(" ", violating.Select(pod => pod.Key.Name)));
        Assert.Equal(pods.Except(violating), others);
    }
}
