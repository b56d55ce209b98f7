using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>What a node has left of everything. It has one disk, which images and containers share with all else.</summary>
/// <param name="Memory">Of the machine, which itself takes none.</param>
/// <param name="PodMemory">Of what pods may have together [pkg/kubelet/eviction/helpers.go makeSignalObservations].</param>
/// <param name="Disk">Bytes.</param>
/// <param name="Inodes">Files, more or less.</param>
/// <param name="Pids">Processes.</param>
internal readonly record struct Observations(Observation Memory, Observation PodMemory, Observation Disk, Observation Inodes, Observation Pids)
{
    // One for every 16 KiB, as mke2fs makes them.
    private const long BytesPerInode = 16 << 10;

    // What a 64-bit Linux goes up to, PID_MAX_LIMIT.
    private const long MaxProcesses = 4 << 20;

    public static Observations Of(NodeIdentity node, NodeUsage used)
    {
        var (memory, forPods, disk) = (node.Capacity.MemoryBytes, node.MemoryForPods, node.Capacity.DiskBytes);
        return new(
            new(memory - used.MemoryBytes, memory), new(forPods - used.MemoryBytes, forPods), new(disk - used.DiskBytes, disk),
            new((disk / BytesPerInode) - used.Inodes, disk / BytesPerInode), new(MaxProcesses - used.Processes, MaxProcesses));
    }

    public Observation Of(EvictionSignal signal) => signal.Resource switch
    {
        EvictionSignal.MemoryResource => signal == EvictionSignal.AllocatableMemory ? PodMemory : Memory,
        EvictionSignal.InodesResource => Inodes,
        EvictionSignal.PidsResource => Pids,
        _ => Disk,
    };
}
