using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Placement;

/// <summary>What a pod asks for, summed over its containers.</summary>
/// <remarks>
/// Per resource: the larger of what its ordinary containers and sidecars need together, and of what any init container needs beside the
/// sidecars started before it; then the overhead. Init 2 cpu, sidecar 0.5, init 1, containers 0.3 + 0.2: max(1.0, max(2, 0.5, 1.5)) = 2 cpu.
/// </remarks>
public static class PodRequests
{
    // What scoring supposes of a container that does not say.
    private const long SupposedMilliCpu = 100;
    private const long SupposedMemory = 200 << 20;

    /// <summary>What it asks for.</summary>
    public static Resources Of(PodSpec spec) => Sum(spec, container => ResourceLists.Read(Requests(container)));

    /// <summary>The same for scoring, where a container that asks for no cpu or memory counts as 100 m and 200 MiB; an explicit 0 stays 0.</summary>
    public static Resources NonZeroOf(PodSpec spec) => Sum(spec, NonZero);

    private static Resources Sum(PodSpec spec, Func<Container, Resources> of)
    {
        var together = spec.Containers.Aggregate(Resources.None, (sum, container) => sum + of(container));
        var sidecars = Resources.None;
        var starting = Resources.None;
        foreach (var container in spec.InitContainers)
        {
            var own = of(container);
            starting = Resources.Max(starting, sidecars + own);
            if (container.RestartPolicy != "Always") continue;
            sidecars += own;
            together += own;
        }
        return Resources.Max(together, starting) + ResourceLists.Read(spec.Overhead);
    }

    private static Resources NonZero(Container container)
    {
        var requests = Requests(container);
        var read = ResourceLists.Read(requests);
        return read with
        {
            MilliCpu = requests.ContainsKey(ResourceLists.Cpu) ? read.MilliCpu : SupposedMilliCpu,
            Memory = requests.ContainsKey(ResourceLists.Memory) ? read.Memory : SupposedMemory,
        };
    }

    private static Google.Protobuf.Collections.MapField<string, string> Requests(Container container) => container.Resources?.Requests ?? [];
}
