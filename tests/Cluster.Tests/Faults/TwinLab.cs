using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A lab with room for many pods on many nodes of one process, without schedulers of its own that would want them.</summary>
public sealed class TwinLab : IAsyncLifetime
{
    private const int LeastNodes = 10;
    private const int PodsPerNode = 50;     // half of what a node takes: two schedulers that do not see each other's pods may both choose it

    /// <summary>How many pods are scheduled: 300, or what <c>MINIK8S_TWIN_PODS</c> says; before a release 10,000.</summary>
    internal static int Pods { get; } = int.TryParse(Environment.GetEnvironmentVariable("MINIK8S_TWIN_PODS"), out var pods) ? pods : 300;

    public Lab Lab { get; private set; } = null!;

    internal FaultyNode Kubelet { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Lab = await Lab.StartAsync(null, "--nodes", "0");
        await FaultyNode.EnrolAsync(Lab, ["many"]);
        var nodes = Enumerable.Range(1, int.Max(LeastNodes, Pods / PodsPerNode)).Select(number => $"many-{number}").ToList();
        Kubelet = FaultyNode.Of(Lab, "many", nodes);
        Kubelet.Start();
        await Eventually.TrueAsync(async () => (await Lab.Api.Resource<Node>().ListAsync("", options: null, CancellationToken.None)).Items.Count(IsReady) == nodes.Count, "the nodes are ready");
    }

    public async Task DisposeAsync()
    {
        await Kubelet.DisposeAsync();
        await Lab.DisposeAsync();
    }

    private static bool IsReady(Node node) =>
        node.Spec.Taints.Count == 0 && node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
}
