using System.Collections.Concurrent;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Journal;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>Settings of the simulated runtime.</summary>
internal sealed class SimulationOptions
{
    /// <summary>Where the runtime remembers its containers (<c>--state-dir</c>); null: nothing outlives the process.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>Further image catalogues (<c>--images</c>); null: only those that come with the kubelet.</summary>
    public string? ImagesDirectory { get; set; }

    /// <summary>The handlers it knows (<c>--runtime-handlers</c>), beside the nameless default.</summary>
    public IReadOnlyList<string> Handlers { get; set; } = ["runc"];

    /// <summary>
    /// Hosts outside the cluster, in the form of /etc/hosts, read again when it changes; null: <c>hosts</c> in the state directory.
    /// </summary>
    public string? HostsFile { get; set; }
}

/// <summary>
/// The world that the nodes of this process share: images, network, journal and time. Create it once, then one <see
/// cref="SimulatedNode"/> per node.
/// </summary>
internal sealed class SimulationHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SimulatedNode> _nodes = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">A catalogue file is not one.</exception>
    /// <exception cref="IOException">The state directory cannot be used, or another process uses it.</exception>
    public SimulationHost(SimulationOptions options, TimeProvider time)
    {
        (Time, Handlers) = (time, options.Handlers);
        Catalogue = new ImageCatalogue(options.ImagesDirectory);
        Network = new VirtualNetwork(new OutsideWorld(options.HostsFile ?? (options.StateDirectory is { } state ? Path.Combine(state, "hosts") : null)), time);
        Journal = options.StateDirectory is null ? null : new RuntimeJournal(options.StateDirectory);
    }

    public TimeProvider Time { get; }
    public IReadOnlyList<string> Handlers { get; }
    public ImageCatalogue Catalogue { get; }
    public VirtualNetwork Network { get; }
    public RuntimeJournal? Journal { get; }

    /// <summary>Adds a node, with what the journal knows of it: its running containers go on.</summary>
    /// <param name="name">The node's name; once per process.</param>
    /// <param name="nodeIp">Its address, for host network pods and host ports.</param>
    /// <param name="podCidr">An IPv4 /24 from which its pods get their addresses, see <see cref="AddressPool.CidrOf"/>.</param>
    /// <param name="memory">What its machine has, in bytes.</param>
    public SimulatedNode AddNode(string name, string nodeIp, string podCidr, long memory = long.MaxValue)
    {
        var node = new SimulatedNode(this, name, nodeIp, podCidr, memory);
        if (!_nodes.TryAdd(name, node)) throw new InvalidOperationException($"Node {name} exists already.");
        node.Restore(Journal?.Restored(name) ?? new NodeRecords());
        return node;
    }

    /// <summary>
    /// Ends every process of every container without a trace in the journal: for the outside, the containers go on, and do so when the
    /// next kubelet opens the same state directory.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values) await node.Containers.CloseAsync();
        Journal?.Dispose();
    }
}

/// <summary>One node: its runtime, its network, its disk and its memory.</summary>
internal sealed class SimulatedNode
{
    public SimulatedNode(SimulationHost host, string name, string nodeIp, string podCidr, long memory)
    {
        Name = name;
        Address = new NetworkNamespace(host.Network, nodeIp);
        host.Network.Attach(Address);
        Disk = new NodeFiles(new FileTree(new DirectoryNode(), host.Time));
        Memory = new NodeMemory(memory, () => Containers!.Containers, host.Time);
        Containers = new SimulatedRuntime(host, this, new AddressPool(podCidr));
        Network = new PodNetwork(host.Network, Address);
    }

    public string Name { get; }
    public IContainerRuntime Runtime => Containers;
    public IProbeScript Script => Containers;
    public IPodNetwork Network { get; }
    public INodeFiles Files => Disk;
    public INodeUsage Usage => Containers;

    public NodeFiles Disk { get; }
    public NodeMemory Memory { get; }
    public NetworkNamespace Address { get; }
    public SimulatedRuntime Containers { get; }

    public void Restore(NodeRecords records) => Containers.Restore(records);
}
