using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Pods;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Policy.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class EvictionTests
{
    [EveryStoreFact]
    public async Task Evict_RunningPod_IsMarkedAndDeletedWithItsGrace()
    {
        await using var rig = await StartAsync();
        await RunAsync(rig, "web");

        var status = await rig.EvictAsync("web");

        var pod = await rig.GetAsync<Pod>("default", "web");
        Assert.Equal(("Success", 201), (status.Status_, status.Code));
        Assert.Equal((Noon.AddSeconds(30), 30L), (pod.Metadata.DeletionTimestamp.ToDateTimeOffset(), pod.Metadata.DeletionGracePeriodSeconds));
        var condition = pod.Status.Conditions.Single(each => each.Type == "DisruptionTarget");
        Assert.Equal(("True", "EvictionByEvictionAPI", "Eviction API: evicting"), (condition.Status, condition.Reason, condition.Message));
    }

    [EveryStoreFact]
    public async Task Evict_PodWithoutNode_IsGone()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        await rig.EvictAsync("web");

        Assert.Equal(404, (await RefusalAsync(() => rig.GetAsync<Pod>("default", "web"))).Code);
    }

    [EveryStoreFact]
    public async Task Evict_DryRun_ChangesNothing()
    {
        await using var rig = await StartAsync();
        var before = await RunAsync(rig, "web");

        var status = await rig.EvictAsync("web", eviction => eviction.DeleteOptions = new() { DryRun = { "All" } });

        Assert.Equal("Success", status.Status_);
        Assert.Equal(before, await rig.GetAsync<Pod>("default", "web"));
    }

    [EveryStoreFact]
    public async Task Evict_BudgetAllowsNone_IsRefusedAndThePodStays()
    {
        var budgets = new FakeBudgets { Allowed = 0 };
        await using var rig = await StartAsync(budgets: budgets);
        var before = await RunAsync(rig, "web");

        var refusal = await RefusalAsync(() => rig.EvictAsync("web"));

        Assert.Equal((429, "The disruption budget b needs 2 healthy pods and has 2 currently"), (refusal.Code, refusal.Details.Causes[0].Message));
        Assert.Equal(before, await rig.GetAsync<Pod>("default", "web"));
    }

    [EveryStoreFact]
    public async Task Evict_BudgetChangesMeanwhile_IsAskedAgainAndBookedOnce()
    {
        var budgets = new FakeBudgets { Allowed = 1, Conflicts = 2 };
        await using var rig = await StartAsync(budgets: budgets);
        await RunAsync(rig, "web");

        var idle = rig.Time.ArmedTimers;
        var evicting = rig.EvictAsync("web");
        while (!evicting.IsCompleted)
        {
            // Besides the pause there may be timers of reads for a moment.
            await Task.WhenAny(evicting, rig.Time.WaitForTimersAsync(idle + 1));
            if (!evicting.IsCompleted) rig.Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal("Success", (await evicting.OrMissing("the eviction")).Status_);
        Assert.Equal(3, budgets.Asked);
        Assert.Equal(["web"], budgets.Booked);
    }

    [EveryStoreFact]
    public async Task Evict_StoredBudgetOfOne_LetsOnePodGoAndRefusesTheNext()
    {
        await using var rig = await StartAsync();
        await RunAsync(rig, "web-1", app: "web");
        await RunAsync(rig, "web-2", app: "web");
        await RunAsync(rig, "other", app: "other");
        await rig.CreateAsync(new PodDisruptionBudget
        {
            Metadata = new() { Name = "one", Namespace = "default" },
            Spec = new() { MaxUnavailable = new() { IntVal = 1 }, Selector = new() { MatchLabels = { ["app"] = "web" } } },
        });
        var unseen = await RefusalAsync(() => rig.EvictAsync("web-1"));
        await rig.UpdateAsync<PodDisruptionBudget>("default", "one", budget =>
            budget.Status = new() { ObservedGeneration = 1, DisruptionsAllowed = 1, CurrentHealthy = 2, DesiredHealthy = 1, ExpectedPods = 2 }, "status");

        await rig.EvictAsync("web-1");
        var refused = await RefusalAsync(() => rig.EvictAsync("web-2"));
        await rig.EvictAsync("other");

        Assert.Equal((429, "The disruption budget one is still being processed by the server."), (unseen.Code, unseen.Details.Causes[0].Message));
        Assert.Equal((429, "The disruption budget one needs 1 healthy pods and has 2 currently"), (refused.Code, refused.Details.Causes[0].Message));
        var status = (await rig.GetAsync<PodDisruptionBudget>("default", "one")).Status;
        Assert.Equal((0, Noon), (status.DisruptionsAllowed, status.DisruptedPods["web-1"].ToDateTimeOffset()));
        var condition = Assert.Single(status.Conditions);
        Assert.Equal(("DisruptionAllowed", "False", "InsufficientPods", 1L), (condition.Type, condition.Status, condition.Reason, condition.ObservedGeneration));
        Assert.NotNull((await rig.GetAsync<Pod>("default", "web-1")).Metadata.DeletionTimestamp);
        Assert.Null((await rig.GetAsync<Pod>("default", "web-2")).Metadata.DeletionTimestamp);
    }

    [EveryStoreFact]
    public async Task Evict_NamesAndPreconditions_AreChecked()
    {
        await using var rig = await StartAsync();
        await RunAsync(rig, "web");

        var name = await RefusalAsync(() => rig.EvictAsync("web", eviction => eviction.Metadata.Name = "other"));
        var uid = await RefusalAsync(() => rig.EvictAsync("web", eviction => eviction.DeleteOptions = new() { Preconditions = new() { Uid = "x" } }));
        var absent = await RefusalAsync(() => rig.EvictAsync("nope"));

        Assert.Equal((400, "name in URL does not match name in Eviction object"), (name.Code, name.Message));
        Assert.Equal(409, uid.Code);
        Assert.Equal((404, "pods \"nope\" not found"), (absent.Code, absent.Message));
    }

    private static async Task<Pod> RunAsync(RegistryRig rig, string name, string app = "")
    {
        await rig.CreateAsync(Pod(name, pod => pod.Metadata.Labels["app"] = app));
        await rig.BindAsync(name, "n1");
        await rig.UpdateAsync<Pod>("default", name, pod =>
        {
            pod.Status.Phase = "Running";
            pod.Status.Conditions.Add(new PodCondition { Type = "Ready", Status = "True" });
        }, "status");
        return await rig.GetAsync<Pod>("default", name);
    }

    private sealed class FakeBudgets : IDisruptionBudgets
    {
        public int Allowed { get; init; }

        public int Conflicts { get; set; }

        public int Asked { get; private set; }

        public List<string> Booked { get; } = [];

        public Task<IReadOnlyList<DisruptionBudget>> OfAsync(RequestContext request, Pod pod, CancellationToken ct)
        {
            Asked++;
            return Task.FromResult<IReadOnlyList<DisruptionBudget>>([new("default", "b", "1", true, false, Allowed, 2, 2, 0)]);
        }

        public Task TakeAsync(RequestContext request, DisruptionBudget budget, string podName, CancellationToken ct)
        {
            if (Conflicts-- > 0) throw StatusErrors.Conflict("poddisruptionbudgets.policy", budget.Name);
            Booked.Add(podName);
            return Task.CompletedTask;
        }
    }
}
