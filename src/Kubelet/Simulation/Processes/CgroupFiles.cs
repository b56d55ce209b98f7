using MiniK8s.Kubelet.Cgroups;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>/sys/fs/cgroup as a container sees it that has a cgroup namespace of its own: version 2, its own group, to be read only.</summary>
/// <remarks>
/// <code>
/// file               | content, of a container with cpu 250m/500m and memory 64Mi/128Mi
/// -------------------+------------------------------------------------------------------
/// cgroup.controllers | cpuset cpu io memory hugetlb pids rdma
/// cpu.max            | 50000 100000          quota and period; max without a limit
/// cpu.stat           | usage_usec 2500000    and so on, a line each: its account (CpuTime)
/// cpu.weight         | 10
/// memory.current     | 1048576               what is held now
/// memory.max         | 134217728             in whole pages; max without a limit
/// memory.oom.group   | 1                     all of it is killed together
/// pids.current       | 1
/// pids.max           | max
/// </code>
/// </remarks>
internal static class CgroupFiles
{
    private const string Folder = "/sys/fs/cgroup/";
    private const long PageSize = 4096;

    /// <summary>A file's text; null where there is no such file.</summary>
    public static string? Content(Kernel kernel, string path, DateTimeOffset now) => path.StartsWith(Folder, StringComparison.Ordinal) ? path[Folder.Length..] switch
    {
        "cgroup.controllers" => "cpuset cpu io memory hugetlb pids rdma\n",
        "cpu.max" => $"{Limit(kernel.Resources.CpuQuota)} {LinuxResources.CpuPeriod}\n",
        "cpu.stat" => Account(kernel.Cpu.At(now)),
        "cpu.weight" => $"{CgroupValues.Weight(kernel.Resources.CpuShares)}\n",
        "memory.current" => $"{kernel.MemoryAt(now)}\n",
        "memory.max" => $"{Limit(kernel.Resources.MemoryLimit / PageSize * PageSize)}\n",
        "memory.oom.group" => "1\n",
        "pids.current" => $"{kernel.ProcessCount}\n",
        "pids.max" => "max\n",
        _ => null,
    } : null;

    // No program here asks a kernel for anything that takes its time: all is the user's. And nobody saves quota up, cpu.max.burst being 0.
    private static string Account(CpuStat cpu) => $"""
        usage_usec {cpu.UsedMicros}
        user_usec {cpu.UsedMicros}
        system_usec 0
        nr_periods {cpu.Periods}
        nr_throttled {cpu.ThrottledPeriods}
        throttled_usec {cpu.ThrottledMicros}
        nr_bursts 0
        burst_usec 0

        """;

    private static string Limit(long value) => value > 0 ? $"{value}" : "max";
}
