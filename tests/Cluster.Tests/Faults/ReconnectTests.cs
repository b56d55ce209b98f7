using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>The apiserver is killed under 200 nodes, and all come back to it at once.</summary>
[Collection("faults")]
public sealed class ReconnectTests(FaultLab shared)
{
    private const string Namespace = "default";
    private const int Nodes = 200;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(15);

    private readonly Lab _lab = shared.Lab;

    [Fact]
    public async Task Reconnect_TwoHundredNodes_AllRenewAndTheirPodsGoOn()
    {
        await using var node = FaultyNode.Of(_lab, "many", Enumerable.Range(1, Nodes).Select(number => $"many-{number}"));
        await node.TellingAsync(() => PlayAsync(node));
    }

    private async Task PlayAsync(FaultyNode node)
    {
        node.Start();
        await Eventually.TrueAsync(async () => (await RenewalsAsync()).Count == Nodes, $"{Nodes} leases");
        var running = await RunAsync("running", 7, Scripts.Obedient);
        await RunAsync("stopping", 60, Scripts.Deaf);
        await RunAsync("ending", 90, "sleep 3; exit 3");
        await using var watch = await WatchRecording<Node>.StartAsync(_lab.Api, "");
        await using var pods = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace);
        await _lab.Api.DeletePodAsync(Namespace, "many-stopping");
        await _lab.Api.CreatePodAsync(Script("starting", 150, Scripts.Obedient));

        await _lab.KillAsync("apiserver");
        await Eventually.TrueAsync(AnswersAsync, "the apiserver answers");
        var back = DateTimeOffset.UtcNow;
        await Eventually.TrueAsync(async () => (await RenewalsAsync()).Count(renewal => renewal > back) == Nodes, "every lease is renewed");
        var took = DateTimeOffset.UtcNow - back;

        Assert.True(took < ReadyWithin, $"the last lease was renewed after {took}");
        Assert.DoesNotContain(watch.Changes, change => change.Object.Status.Conditions.Any(condition => condition.Type == "Ready" && condition.Status != "True"));
        var started = await _lab.Api.UntilRunningAsync(Namespace, "many-starting");
        Assert.Equal(1, node.Starts(started.Metadata.Uid, "main"));
        Assert.Equal(running.Status.ContainerStatuses, (await _lab.Api.FindPodAsync(Namespace, "many-running"))!.Status.ContainerStatuses);
        Assert.Equal(3, (await _lab.Api.UntilPodAsync(Namespace, "many-ending", pod => pod.Status.Phase == "Failed", "has failed")).Ended()!.ExitCode);
        await _lab.Api.UntilGoneAsync(Namespace, "many-stopping");
        foreach (var history in pods.Changes.GroupBy(change => change.Object.Metadata.Name)) WatchedPod.CheckForward([.. history]);
        foreach (var name in (string[])["many-running", "many-starting", "many-ending"]) await _lab.Api.DeletePodAsync(Namespace, name);
        foreach (var name in (string[])["many-running", "many-starting", "many-ending"]) await _lab.Api.UntilGoneAsync(Namespace, name);
    }

    private static Pod Script(string what, int node, string script) =>
        A.Script(Namespace, $"many-{what}", script).Grace(5).Restart("Never").OnNode($"many-{node}");

    private async Task<Pod> RunAsync(string what, int node, string script)
    {
        await _lab.Api.CreatePodAsync(Script(what, node, script));
        return await _lab.Api.UntilRunningAsync(Namespace, $"many-{what}");
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
