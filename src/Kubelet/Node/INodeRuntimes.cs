namespace MiniK8s.Kubelet.Node;

/// <summary>Gives each node its container runtime, file tree and network.</summary>
internal interface INodeRuntimes
{
    /// <summary>Once per node; ready for use when it returns, with whatever ran there before.</summary>
    NodeRuntime Open(NodeIdentity identity);
}

/// <summary>What a node's pods run on.</summary>
/// <param name="Script">Null where nobody writes how probes end.</param>
internal sealed record NodeRuntime(
    Runtime.IContainerRuntime Runtime, Runtime.INodeFiles Files, Runtime.IPodNetwork Network, Runtime.INodeUsage Usage, Probes.IProbeScript? Script = null);
