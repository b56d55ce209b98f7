using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>What a node says of itself; fixed for the life of the process.</summary>
/// <param name="Name">The Node's name, and its host name.</param>
/// <param name="InternalIp">Its address; Pods with hostNetwork have it too.</param>
/// <param name="KubeletPort">Where its kubelet answers.</param>
/// <param name="Capacity">What it has, as quantities.</param>
/// <param name="Labels">Beyond the ones every node has.</param>
/// <param name="Taints">Put on it when it is created; whoever takes one off is not overruled.</param>
/// <param name="BootId">Another one after each start of the kubelet's process: the simulated machine boots with it.</param>
internal sealed record NodeIdentity(
    string Name, string InternalIp, int KubeletPort, NodeCapacity Capacity, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<Taint> Taints, string BootId)
{
    /// <summary>When it drives pods out.</summary>
    public EvictionSettings Eviction { get; init; } = EvictionSettings.Default;

    /// <summary>What of its capacity is not for pods.</summary>
    public Reservation Reserved { get; init; } = Reservation.None;

    /// <summary>What all pods may have of its memory together, in bytes: the limit of their common cgroup [pkg/kubelet/cm/node_container_manager_linux.go].</summary>
    public long MemoryForPods => long.Max(0, Capacity.MemoryBytes - Reserved.Memory.Value);
}

/// <summary>A node's resources; quantities in their canonical text.</summary>
internal sealed record NodeCapacity(string Cpu, string Memory, string EphemeralStorage, int Pods)
{
    public long MemoryBytes { get; } = Quantity.Parse(Memory).Value;

    public long DiskBytes { get; } = Quantity.Parse(EphemeralStorage).Value;
}
