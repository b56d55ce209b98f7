using MiniK8s.Cluster.Tests.Faults;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using Event = MiniK8s.Protocol.Core.V1.Event;

namespace MiniK8s.Cluster.Tests;

/// <summary>A node that may begin one pull a second.</summary>
[Collection("faults")]
public sealed class PullBudgetTests(FaultLab shared)
{
    private const string Namespace = "default";

    /// <summary>Five images of which none exists are asked for one right after the other: the registry hears of the first, and the rest learn why not of them.</summary>
    [Fact]
    public async Task Pull_MoreThanTheBudget_IsRefusedByTheNodeAndALaterOneIsNot()
    {
        await using var node = shared.Node("thrifty");
        await node.TellingAsync(async () =>
        {
            node.Start("--registry-qps", "1", "--registry-burst", "1");
            var pod = A.Pod(Namespace, "greedy", "registry.example/absent:1").OnNode(node.Name);
            foreach (var number in Enumerable.Range(2, 4)) pod.Spec.Containers.Add(new Container { Name = $"c{number}", Image = $"registry.example/absent:{number}" });
            await shared.Lab.Api.CreatePodAsync(pod);

            var refused = await shared.Lab.Api.UntilPodAsync(
                Namespace, "greedy", seen => seen.Status.ContainerStatuses.Any(status => status.State.Waiting is { Reason: "ErrImagePull", Message: "pull QPS exceeded" }), "is refused a pull");
            Assert.Contains("no such host", refused.Status.ContainerStatuses.Single(status => status.Name == "main").State.Waiting.Message, StringComparison.Ordinal);
            await Eventually.TrueAsync(
                async () => (await shared.Lab.Api.Resource<Event>().ListAsync(Namespace, new ListOptions(), CancellationToken.None)).Items.Any(
                    told => told.InvolvedObject.Name == "greedy" && told.Message.StartsWith("Failed to pull image \"registry.example/absent:", StringComparison.Ordinal) && told.Message.EndsWith("\": pull QPS exceeded", StringComparison.Ordinal)),
                "the event that tells of it");
            await shared.Lab.Api.DeletePodAsync(Namespace, "greedy");

            await shared.Lab.Api.CreatePodAsync(A.Pod(Namespace, "modest", "nginx:1.25").OnNode(node.Name));
            await shared.Lab.Api.UntilRunningAsync(Namespace, "modest");
            await shared.Lab.Api.DeletePodAsync(Namespace, "modest");
            await shared.Lab.Api.UntilGoneAsync(Namespace, "modest");
        });
    }
}
