using Google.Protobuf.WellKnownTypes;

using MiniK8s.Kubelet.Node;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Stats;

/// <summary>Tells what a node and its pods use. The node itself uses nothing: its total is the sum of its containers.</summary>
internal sealed class StatsCall(NodeAgent node, TimeProvider time)
{
    private const long NanosPerMilli = 1_000_000;

    public async Task<StatsResponse> RunAsync(CancellationToken ct)
    {
        var response = new StatsResponse { At = Timestamp.FromDateTimeOffset(time.GetUtcNow()), Total = new UsageStats() };
        var usages = new PodUsages(node.Runtime, node.Files);
        foreach (var pod in node.Pods())
        {
            if (await usages.OfAsync(pod, ct) is not { Containers.Length: > 0 } usage) continue;
            var told = new PodUsageStats { PodNamespace = pod.Metadata.Namespace, PodName = pod.Metadata.Name };
            told.Containers.Add(usage.Containers.Select(container => new ContainerUsageStats
            {
                Name = container.Name, Usage = new() { CpuNanocores = container.CpuMillis * NanosPerMilli, MemoryBytes = container.Memory },
            }));
            response.Pods.Add(told);
            foreach (var container in told.Containers)
            {
                response.Total.CpuNanocores += container.Usage.CpuNanocores;
                response.Total.MemoryBytes += container.Usage.MemoryBytes;
            }
        }
        return response;
    }
}
