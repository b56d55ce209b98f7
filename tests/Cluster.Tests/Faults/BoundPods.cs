using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>What may be said of pods and nodes, whoever schedules (invariant 34).</summary>
internal static class BoundPods
{
    /// <summary>No pod ever went from a node to another, or to none.</summary>
    /// <param name="steps">What a watcher was shown, in order.</param>
    /// <returns>The node of each pod that has one, by uid.</returns>
    public static IReadOnlyDictionary<string, string> CheckOnce(IEnumerable<Pod> steps)
    {
        var nodes = new Dictionary<string, string>();
        foreach (var pod in steps)
        {
            var (uid, node) = (pod.Metadata.Uid, pod.Spec.NodeName);
            if (nodes.TryGetValue(uid, out var before)) Assert.True(before == node, $"{pod.Metadata.Name} went from {before} to '{node}'");
            else if (node.Length > 0) nodes.Add(uid, node);
        }
        return nodes;
    }
}
