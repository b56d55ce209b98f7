using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A kubelet that comes back to a runtime without its containers: as after a disk was wiped.</summary>
[Collection("faults")]
public sealed class LostRuntimeTests(FaultLab shared)
{
    private const string Namespace = "default";

    /// <summary>
    /// Under OnFailure one container had done its work and another was running. Both are started anew, as in Kubernetes; of the first nothing is told until
    /// it has ended again, and of the second that nobody knows how it ended.
    /// </summary>
    [Fact]
    public async Task LostRuntime_OneContainerWasDone_ItsEndIsNeverTakenBack()
    {
        await using var node = shared.Node("lost");
        await node.TellingAsync(async () =>
        {
            node.Start();
            var pod = A.Script(Namespace, "lost", "trap 'exit 0' TERM; while true; do sleep 1; done").Restart("OnFailure").OnNode(node.Name);
            pod.Spec.Containers.Add(A.Script(Namespace, "done", "sleep 4").Spec.Containers[0]);
            (pod.Spec.Containers[0].Name, pod.Spec.Containers[1].Name) = ("server", "done");
            await shared.Lab.Api.CreatePodAsync(pod);
            var before = await shared.Lab.Api.UntilPodAsync(Namespace, "lost", seen => Named(seen, "done")?.State.Terminated is not null && Named(seen, "server")?.State.Running is not null, "is half done");
            await node.KillAsync();
            Directory.Delete(node.FileOf("state"), recursive: true);
            await using var watch = await WatchRecording<Pod>.StartAsync(shared.Lab.Api, Namespace);

            node.Start();

            var steps = await watch.UntilAsync(
                change => change.Object.Metadata.Name == "lost" && Named(change.Object, "done") is { RestartCount: 1, State.Terminated: not null } && Named(change.Object, "server")?.State.Running is not null, "done twice, and the server runs");
            var seen = steps.Select(step => step.Object).Where(step => step.Metadata.Name == "lost").ToList();
            Assert.All(seen, step => Assert.Equal(0, Named(step, "done")!.State.Terminated.ExitCode));
            var loss = seen.Select(step => Named(step, "server")!).First(server => server.State.Running is null);
            Assert.Equal(("ContainerCreating", "ContainerStatusUnknown", 137, 1), (loss.State.Waiting.Reason, loss.LastState.Terminated.Reason, loss.LastState.Terminated.ExitCode, loss.RestartCount));
            Assert.Equal("The container could not be located when the pod was deleted.  The container used to be Running", loss.LastState.Terminated.Message);
            Assert.Equal(1, Named(seen[^1], "server")!.RestartCount);
            Assert.NotEqual(Named(before, "done")!.ContainerId, Named(seen[^1], "done")!.ContainerId);
            Assert.DoesNotContain("could not be written", node.Log, StringComparison.Ordinal);

            await shared.Lab.Api.DeletePodAsync(Namespace, "lost");
            await shared.Lab.Api.UntilGoneAsync(Namespace, "lost");
        });
    }

    private static ContainerStatus? Named(Pod pod, string name) => pod.Status.ContainerStatuses.FirstOrDefault(status => status.Name == name);
}
