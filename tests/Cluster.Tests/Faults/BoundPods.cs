using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>What may be said of pods and nodes, whoever schedules (invariant 34).</summary>
internal static class BoundPods
{
    /// <summary>No pod that a watcher was shown ever went from a node to another, or to none.</summary>
    /// <returns>The node of each pod that has one, by uid.</returns>
    public static IReadOnlyDictionary<string, string> CheckOnce(IEnumerable<WatchChange<Pod>> steps)
    {
        var nodes = new Dictionary<string, string>();
        foreach (var pod in steps.Select(step => step.Object))
        {
            var (uid, node) = (pod.Metadata.Uid, pod.Spec.NodeName);
            if (nodes.TryGetValue(uid, out var before)) Assert.True(before == node, $"{pod.Metadata.Name} went from {before} to '{node}'");
            else if (node.Length > 0) nodes.Add(uid, node);
        }
        return nodes;
    }
}
