namespace MiniK8s.Kubelet.Runtime;

/// <summary>What the kernel grants a container: CRI's LinuxContainerResources.</summary>
internal sealed record LinuxResources
{
    /// <summary>The period in which a quota is counted, in microseconds.</summary>
    public const long CpuPeriod = 100_000;

    /// <summary>Processor time relative to others', where there is not enough for all; 2 is the least.</summary>
    public long CpuShares { get; init; } = 2;

    /// <summary>Microseconds of processor time in each <see cref="CpuPeriod"/>; 0 is no limit.</summary>
    public long CpuQuota { get; init; }

    /// <summary>Bytes; 0 is no limit. Using more ends the container as OOMKilled, 137.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>-1000 to 1000: the higher, the sooner the kernel kills it when the node runs out of memory.</summary>
    public int OomScoreAdj { get; init; }
}
