using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>What a node has left of everything. It has one disk, which images share with all else.</summary>
internal readonly record struct Observations(Observation Memory, Observation Disk, Observation Inodes, Observation Pids)
{
    // One for every 16 KiB, as mke2fs makes them.
    private const long BytesPerInode = 16 << 10;

    // What a 64-bit Linux goes up to, PID_MAX_LIMIT.
    private const long MaxProcesses = 4 << 20;

    public static Observations Of(NodeCapacity capacity, NodeUsage used)
    {
        var (memory, disk) = (capacity.MemoryBytes, capacity.DiskBytes);
        return new(
            new(memory - used.MemoryBytes, memory), new(disk - used.DiskBytes, disk),
            new((disk / BytesPerInode) - used.Inodes, disk / BytesPerInode), new(MaxProcesses - used.Processes, MaxProcesses));
    }

    public Observation Of(EvictionSignal signal) => signal.Resource switch
    {
        EvictionSignal.MemoryResource => Memory,
        EvictionSignal.InodesResource => Inodes,
        EvictionSignal.PidsResource => Pids,
        _ => Disk,
    };
}
