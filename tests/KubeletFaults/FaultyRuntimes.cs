using MiniK8s.Kubelet.Node;

namespace MiniK8s.KubeletFaults;

/// <summary>Simulated nodes whose runtimes have moments.</summary>
internal sealed class FaultyRuntimes(INodeRuntimes inner, Moments moments) : INodeRuntimes
{
    public NodeRuntime Open(NodeIdentity identity)
    {
        var node = inner.Open(identity);
        return node with { Runtime = new FaultyRuntime(node.Runtime, moments) };
    }
}
