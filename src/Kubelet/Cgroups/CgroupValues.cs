using MiniK8s.Api.Placement;
using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Cgroups;

/// <summary>A container's requests and limits in the kernel's units [pkg/kubelet/cm/helpers_linux.go, kuberuntime/kuberuntime_container_linux.go].</summary>
/// <remarks>
/// <code>
/// value         | from                                   | in bounds      | none given
/// --------------+----------------------------------------+----------------+-----------
/// CpuShares     | cpu request, else limit: m * 1024/1000 | 2 to 262144    | 2
/// CpuQuota      | cpu limit: m * 100                     | 1000 and above | 0, no limit
/// MemoryLimit   | memory limit, bytes                    |                | 0, no limit
/// </code>
/// </remarks>
internal static class CgroupValues
{
    private const long MinShares = 2;
    private const long MaxShares = 262_144;
    private const long MinQuota = 1000;

    /// <summary>All that a container's cgroup is given.</summary>
    /// <param name="memoryCapacity">Of the node, in bytes.</param>
    public static LinuxResources Of(Pod pod, Container container, long memoryCapacity)
    {
        var limit = Amount(container.Resources?.Limits, ResourceLists.Cpu).MilliValue;
        return new()
        {
            CpuShares = Shares(container.Resources?.Requests.ContainsKey(ResourceLists.Cpu) == true ? Amount(container.Resources.Requests, ResourceLists.Cpu).MilliValue : limit),
            CpuQuota = Quota(limit),
            MemoryLimit = Amount(container.Resources?.Limits, ResourceLists.Memory).Value,
            OomScoreAdj = OomScore.AdjustmentOf(pod, container, memoryCapacity),
        };
    }

    /// <summary>Thousandths of a core as cgroup v1's cpu.shares.</summary>
    public static long Shares(long milliCpu) => long.Clamp(milliCpu * 1024 / 1000, MinShares, MaxShares);

    /// <summary>cpu.shares as cgroup v2's cpu.weight, 1 to 10000.</summary>
    public static long Weight(long shares) => 1 + ((shares - MinShares) * 9999 / (MaxShares - MinShares));

    /// <summary>Thousandths of a core as microseconds in each period; 0, no limit, for none.</summary>
    public static long Quota(long milliCpu) => milliCpu <= 0 ? 0 : long.Max(milliCpu * LinuxResources.CpuPeriod / 1000, MinQuota);

    internal static Quantity Amount(Google.Protobuf.Collections.MapField<string, string>? amounts, string resource) =>
        amounts is not null && amounts.TryGetValue(resource, out var text) && Quantity.TryParse(text, out var amount) ? amount : default;
}
