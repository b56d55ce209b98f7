using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>The apiserver is killed under 200 nodes, and all come back to it at once.</summary>
[Collection("faults")]
public sealed class ReconnectTests(FaultLab shared)
{
    private const int Nodes = 200;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(15);

    private readonly Lab _lab = shared.Lab;

    [Fact]
    public async Task Reconnect_TwoHundredNodes_AllRenewAndNoneIsEverNotReady()
    {
        await using var node = FaultyNode.Of(_lab, "many", Enumerable.Range(1, Nodes).Select(number => $"many-{number}"));
        await node.TellingAsync(() => PlayAsync(node));
    }

    private async Task PlayAsync(FaultyNode node)
    {
        node.Start();
        await Eventually.TrueAsync(async () => (await RenewalsAsync()).Count == Nodes, $"{Nodes} leases");
        await _lab.Api.CreatePodAsync(A.Script("default", "many-running", Scripts.Obedient).Grace(5).OnNode("many-7"));
        var running = await _lab.Api.UntilRunningAsync("default", "many-running");
        await using var watch = await WatchRecording<Node>.StartAsync(_lab.Api, "");

        await _lab.KillAsync("apiserver");
        await Eventually.TrueAsync(AnswersAsync, "the apiserver answers");
        var back = DateTimeOffset.UtcNow;
        await Eventually.TrueAsync(async () => (await RenewalsAsync()).Count(renewal => renewal > back) == Nodes, "every lease is renewed");
        var took = DateTimeOffset.UtcNow - back;

        Assert.True(took < ReadyWithin, $"the last lease was renewed after {took}");
        Assert.DoesNotContain(watch.Changes, change => change.Object.Status.Conditions.Any(condition => condition.Type == "Ready" && condition.Status != "True"));
        // Nobody waits for anybody: a pod that comes now starts, the one that ran runs on.
        await _lab.Api.CreatePodAsync(A.Script("default", "many-late", Scripts.Obedient).Grace(5).OnNode("many-150"));
        await _lab.Api.UntilRunningAsync("default", "many-late");
        Assert.Equal(running.Status.ContainerStatuses, (await _lab.Api.FindPodAsync("default", "many-running"))!.Status.ContainerStatuses);
        foreach (var name in (string[])["many-running", "many-late"]) await _lab.Api.DeletePodAsync("default", name);
        foreach (var name in (string[])["many-running", "many-late"]) await _lab.Api.UntilGoneAsync("default", name);
    }

    private async Task<IReadOnlyList<DateTimeOffset>> RenewalsAsync()
    {
        var leases = await _lab.Api.Resource<Lease>().ListAsync("kube-node-lease", new ListOptions(), CancellationToken.None);
        return [.. leases.Items.Where(lease => lease.Metadata.Name.StartsWith("many-", StringComparison.Ordinal)).Select(lease => lease.Spec.RenewTime.ToDateTimeOffset())];
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await RenewalsAsync();
            return true;
        }
        catch (Api.Errors.ApiException)
        {
            return false;
        }
    }
}
