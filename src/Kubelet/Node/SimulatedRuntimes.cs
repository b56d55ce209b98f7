using MiniK8s.Kubelet.Simulation;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Node;

/// <summary>Simulated nodes that share one world: images, network, journal.</summary>
internal sealed class SimulatedRuntimes(KubeletOptions options, IClusterNames names, IFarAddresses far, TimeProvider time) : INodeRuntimes, IAsyncDisposable
{
    private readonly SimulationHost _world = Create(options, names, far, time);

    /// <summary>The network that all of them are on.</summary>
    public VirtualNetwork Network => _world.Network;

    public NodeRuntime Open(NodeIdentity identity)
    {
        var node = _world.AddNode(identity.Name, identity.InternalIp, AddressPool.CidrOf(PodRange.NumberOf(identity.Name)), identity.MemoryForPods);
        return new NodeRuntime(node.Runtime, node.Files, node.Network, node.Usage, node.Script);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static SimulationHost Create(KubeletOptions options, IClusterNames names, IFarAddresses far, TimeProvider time)
    {
        var simulation = new SimulationOptions
        {
            StateDirectory = options.StateDir, ImagesDirectory = options.Images, HostsFile = options.HostsFile, Handlers = options.RuntimeHandlers,
        };
        var world = new SimulationHost(simulation, time);
        (world.Network.ClusterNames, world.Network.Far) = (names, far);
        return world;
    }
}
