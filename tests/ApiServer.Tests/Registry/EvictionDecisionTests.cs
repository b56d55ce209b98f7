using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry.Pods;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Registry;

public sealed class EvictionDecisionTests
{
    private const string Violation = "Cannot evict pod as it would violate the pod's disruption budget.";

    private static readonly DisruptionBudget Generous = new("default", "b", "7", IsObserved: true, EvictsUnready: false, Allowed: 1, CurrentHealthy: 3, DesiredHealthy: 2, Disrupted: 0);

    [Theory]
    [InlineData("Pending", true)]
    [InlineData("Succeeded", false)]
    [InlineData("Failed", false)]
    public void Decide_PodThatDoesNotRun_AsksNoBudget(string phase, bool isPinned) =>
        Assert.Equal(new EvictionDecision(null, isPinned), EvictionDecision.Decide(Pod(phase, isReady: false), [Generous with { Allowed = 0 }]));

    [Fact]
    public void Decide_PodBeingDeleted_AsksNoBudget()
    {
        var pod = Pod("Running", isReady: true);
        pod.Metadata.DeletionTimestamp = new();

        Assert.Equal(new EvictionDecision(null, IsPinned: false), EvictionDecision.Decide(pod, [Generous with { Allowed = 0 }]));
    }

    [Fact]
    public void Decide_NoBudget_Deletes() => Assert.Equal(new EvictionDecision(null, IsPinned: false), EvictionDecision.Decide(Pod("Running", isReady: true), []));

    [Fact]
    public void Decide_BudgetThatAllows_IsBooked() =>
        Assert.Equal(new EvictionDecision(Generous, IsPinned: false), EvictionDecision.Decide(Pod("Running", isReady: true), [Generous]));

    [Theory]
    [InlineData(3, 2, false, true)]
    [InlineData(2, 2, false, true)]
    [InlineData(1, 2, true, true)]
    public void Decide_UnreadyPod_GoesWithoutABookingWhereItIsNotMissed(int healthy, int desired, bool evictsUnready, bool isPinned) =>
        Assert.Equal(new EvictionDecision(null, isPinned), EvictionDecision.Decide(
            Pod("Running", isReady: false), [Generous with { Allowed = 0, CurrentHealthy = healthy, DesiredHealthy = desired, EvictsUnready = evictsUnready }]));

    [Fact]
    public void Decide_UnreadyPodThatIsMissed_NeedsTheBudget()
    {
        var refusal = Refusal(Pod("Running", isReady: false), Generous with { Allowed = 0, CurrentHealthy = 1 });

        Assert.Equal((429, "The disruption budget b needs 2 healthy pods and has 1 currently"), (refusal.Code, refusal.Details.Causes[0].Message));
    }

    [Fact]
    public void Decide_BudgetThatAllowsNone_IsTooManyRequestsWithoutATime()
    {
        var refusal = Refusal(Pod("Running", isReady: true), Generous with { Allowed = 0 });

        Assert.Equal((429, Violation, "TooManyRequests", 0), (refusal.Code, refusal.Message, refusal.Reason, refusal.Details.RetryAfterSeconds));
        Assert.Equal(("DisruptionBudget", "The disruption budget b needs 2 healthy pods and has 3 currently"), (refusal.Details.Causes[0].Reason, refusal.Details.Causes[0].Message));
    }

    [Fact]
    public void Decide_BudgetNotYetProcessed_IsTooManyRequestsWithATime()
    {
        var refusal = Refusal(Pod("Running", isReady: true), Generous with { IsObserved = false });

        Assert.Equal((429, Violation, 10), (refusal.Code, refusal.Message, refusal.Details.RetryAfterSeconds));
        Assert.Equal("The disruption budget b is still being processed by the server.", refusal.Details.Causes[0].Message);
    }

    [Fact]
    public void Decide_SeveralBudgets_IsAServerError() =>
        Assert.Equal(
            (500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."),
            Assert.Throws<ApiException>(() => EvictionDecision.Decide(Pod("Running", isReady: true), [Generous, Generous])).Status is var status ? (status.Code, status.Message) : default);

    [Theory]
    [InlineData(-1, 0, "poddisruptionbudget.policy \"b\" is forbidden: pdb disruptions allowed is negative")]
    [InlineData(1, 2001, "poddisruptionbudget.policy \"b\" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller")]
    public void Decide_BudgetOutOfOrder_IsForbidden(int allowed, int disrupted, string message)
    {
        var refusal = Refusal(Pod("Running", isReady: true), Generous with { Allowed = allowed, Disrupted = disrupted });

        Assert.Equal((403, message), (refusal.Code, refusal.Message));
    }

    private static Protocol.Meta.V1.Status Refusal(Pod pod, DisruptionBudget budget) =>
        Assert.Throws<ApiException>(() => EvictionDecision.Decide(pod, [budget])).Status;

    private static Pod Pod(string phase, bool isReady) => new()
    {
        Metadata = new() { Name = "p" },
        Status = new() { Phase = phase, Conditions = { new PodCondition { Type = "Ready", Status = isReady ? "True" : "False" } } },
    };
}
