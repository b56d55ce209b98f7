using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Commands;

/// <summary>Finds what commands and connections are for [pkg/kubelet/kubelet.go findContainer].</summary>
internal static class RunningContainers
{
    /// <summary>The id of the container's running instance; null when none runs.</summary>
    /// <exception cref="RefusedException">There is no such pod on the node.</exception>
    public static async Task<string?> FindAsync(NodeAgent node, string ns, string name, string container, CancellationToken ct)
    {
        var seen = await RuntimePod.ObserveAsync(node.Runtime, PodOf(node, ns, name), ct);
        return seen.Containers.FirstOrDefault(c => c.Name == container && c.State == Runtime.ContainerState.Running)?.Id;
    }

    /// <summary>The pod of that name.</summary>
    /// <exception cref="RefusedException">There is none on the node.</exception>
    public static Pod PodOf(NodeAgent node, string ns, string name) => node.Find(ns, name) ?? throw new RefusedException("pod does not exist");
}
