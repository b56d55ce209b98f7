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
        await Eventually.TrueAsync(async () => (await ReadySinceAsync()).Count == Nodes && (await RenewalsAsync()).Count == Nodes, $"{Nodes} nodes are ready");
        var before = await ReadySinceAsync();
        var running = await RunAsync("running", 7, Scripts.Obedient);
        await RunAsync("stopping", 60, Scripts.Deaf);
        // It may have ended by the time that it is seen.
        await _lab.Api.CreatePodAsync(Script("ending", 90, "sleep 3; exit 3"));
        await _lab.Api.UntilPodAsync(Namespace, "many-ending", pod => pod.Status.Phase is "Running" or "Failed", "has begun");
        await using var pods = await WatchRecording<Pod>.StartAsync(_lab.Api, Namespace);
        await _lab.Api.DeletePodAsync(Namespace, "many-stopping");
        await _lab.Api.CreatePodAsync(Script("starting", 150, Scripts.Obedient));

        await _lab.KillAsync("apiserver");
        await Eventually.TrueAsync(AnswersAsync, "the apiserver answers");
        var back = DateTimeOffset.UtcNow;
        await Eventually.TrueAsync(async () => (await RenewalsAsync()).Count(renewal => renewal > back) == Nodes, "every lease is renewed");

        // All in time: none was given up meanwhile, or it would be ready since later than before.
        Assert.Equal(before, await ReadySinceAsync());
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

    // Of the nodes that are ready.
    private async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadySinceAsync() => (
        from node in (await _lab.Api.Resource<Node>().ListAsync("", new ListOptions(), CancellationToken.None)).Items
        where node.Metadata.Name.StartsWith("many-", StringComparison.Ordinal)
        from condition in node.Status.Conditions
        where condition is { Type: "Ready", Status: "True" }
        select (node.Metadata.Name, Since: condition.LastTransitionTime.ToDateTimeOffset())).ToDictionary(each => each.Name, each => each.Since);

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
