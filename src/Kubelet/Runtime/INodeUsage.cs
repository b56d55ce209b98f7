namespace MiniK8s.Kubelet.Runtime;

/// <summary>What a node's machine has in use, which in Kubernetes cAdvisor knows; asked every few seconds, so it must be cheap.</summary>
internal interface INodeUsage
{
    NodeUsage Read();

    /// <summary>Whom the kernel kills because the node itself has run out of memory, from the call on. A slow reader misses some.</summary>
    IAsyncEnumerable<OutOfMemoryKill> WatchOutOfMemoryAsync(CancellationToken ct);
}

/// <summary>In use on the whole node: containers, their files and logs, volumes, images.</summary>
internal readonly record struct NodeUsage(long MemoryBytes, long DiskBytes, long Inodes, long Processes);

/// <summary>A process that the kernel has killed for want of memory.</summary>
internal sealed record OutOfMemoryKill(string Process, int Pid);

/// <summary>What files take of a disk: whole blocks, and an inode each.</summary>
internal readonly record struct FileUsage(long Bytes, long Inodes)
{
    public static FileUsage operator +(FileUsage left, FileUsage right) => new(left.Bytes + right.Bytes, left.Inodes + right.Inodes);
}
