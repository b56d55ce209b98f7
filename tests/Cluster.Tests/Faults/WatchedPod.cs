using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>What may be said of a pod's history as a watcher saw it, whatever happened to its kubelet (invariants 24, 30 and 37).</summary>
internal static class WatchedPod
{
    private static readonly string[] Phases = ["", "Pending", "Running", "Succeeded", "Failed"];

    /// <summary>Versions rise; phases and restart counts never fall, a terminal phase is never left; a deletion is never put off.</summary>
    public static void CheckForward(IReadOnlyList<WatchChange<Pod>> steps)
    {
        foreach (var (before, after) in steps.Zip(steps.Skip(1), (one, next) => (one.Object, next.Object)))
        {
            Assert.True(ulong.Parse(after.Metadata.ResourceVersion) > ulong.Parse(before.Metadata.ResourceVersion), "a version came twice or fell");
            Assert.True(Array.IndexOf(Phases, after.Status.Phase) >= Array.IndexOf(Phases, before.Status.Phase), $"{before.Status.Phase} became {after.Status.Phase}");
            if (before.Status.Phase is "Succeeded" or "Failed") Assert.Equal(before.Status.Phase, after.Status.Phase);
            if (before.Metadata.DeletionTimestamp is { } asked) Assert.True(after.Metadata.DeletionTimestamp.Seconds <= asked.Seconds, "the deletion was put off");
            foreach (var container in Containers(before))
            {
                var next = Containers(after).Single(status => status.Name == container.Name);
                Assert.True(next.RestartCount >= container.RestartCount, $"{container.Name}: restarts fell from {container.RestartCount} to {next.RestartCount}");
            }
        }
    }

    /// <summary>No main container was ever shown under two ids, nor waiting again once it ran.</summary>
    public static void CheckOneInstanceRan(IReadOnlyList<WatchChange<Pod>> steps)
    {
        foreach (var history in steps.SelectMany(step => step.Object.Status.ContainerStatuses).GroupBy(status => status.Name))
        {
            var begun = history.SkipWhile(status => status.State?.Running is null && status.State?.Terminated is null).ToList();
            Assert.Single(begun.Select(status => status.ContainerId).Distinct());
            Assert.DoesNotContain(begun, status => status.State?.Waiting is not null);
        }
    }

    private static IEnumerable<ContainerStatus> Containers(Pod pod) => pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses);
}
