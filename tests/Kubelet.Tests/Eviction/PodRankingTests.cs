using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Kubelet.Tests.Cgroups;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Eviction;

public sealed class PodRankingTests
{
    private const long Mi = 1 << 20;

    [Fact]
    public void Of_Memory_UnknownThenAboveTheRequestThenPriorityThenExcess() => Assert.Equal(
        ["unknown", "above-low-much", "above-low-little", "above-high", "within-low", "within-low-nearly-none", "within-high"],
        Order(EvictionSignal.Memory,
            Pod("within-high", 10, "100Mi", 50 * Mi), Pod("within-low-nearly-none", 0, "100Mi", 1 * Mi), Pod("within-low", 0, "100Mi", 100 * Mi),
            Pod("above-high", 10, "100Mi", 900 * Mi), Pod("above-low-little", 0, "100Mi", 101 * Mi), Pod("above-low-much", 0, null, 50 * Mi),
            new(Named("unknown", 100), null)));

    [Fact]
    public void Of_Pids_LowerPriorityThenMoreProcesses() => Assert.Equal(
        ["low-many", "low-few", "high"],
        Order(EvictionSignal.Pids, Pod("high", 10, null, 0, processes: 9), Pod("low-few", 0, null, 0, processes: 1), Pod("low-many", 0, null, 0, processes: 5)));

    [Fact]
    public void Of_Disk_CountsLayersLogsAndVolumesOnTheDiskAgainstTheRequest()
    {
        var volume = Pod("volume", 0, null, 0, disk: 10 * Mi);
        volume.Pod.Spec.Volumes.Add([Empty("v", ""), Empty("ram", "Memory")]);
        volume = volume with { Usage = volume.Usage! with { Volumes = new Dictionary<string, FileUsage> { ["v"] = new(20 * Mi, 5), ["ram"] = new(900 * Mi, 90) } } };
        var asked = Pod("asked", 0, null, 0, disk: 500 * Mi);
        asked.Pod.Spec.Containers[0].Resources = new() { Requests = { ["ephemeral-storage"] = "1Gi" } };

        RankedPod[] pods = [asked, Pod("layer", 0, null, 0, disk: 25 * Mi), volume];

        Assert.Equal(["volume", "layer", "asked"], Order(EvictionSignal.NodeFs, pods));
        Assert.Equal(["volume", "asked", "layer"], Order(EvictionSignal.NodeFsInodes, pods));
    }

    internal static RankedPod Pod(string name, int priority, string? memoryRequest, long memory, long processes = 1, long disk = 0)
    {
        var pod = Named(name, priority);
        CgroupValuesTests.Asking(pod.Spec.Containers[0], memoryRequest);
        return new(pod, new PodUsage([new ContainerUsage("c", 0, memory, new(disk, 1), processes)], new Dictionary<string, FileUsage>(), default));
    }

    internal static Protocol.Core.V1.Volume Empty(string name, string medium, string sizeLimit = "") =>
        new() { Name = name, VolumeSource = new() { EmptyDir = new() { Medium = medium, SizeLimit = sizeLimit } } };

    private static Protocol.Core.V1.Pod Named(string name, int priority) => A.Pod().With(p => (p.Metadata.Name, p.Spec.Priority) = (name, priority));

    private static IEnumerable<string> Order(EvictionSignal signal, params RankedPod[] pods) => PodRanking.Of(signal, pods).Select(pod => pod.Pod.Metadata.Name);
}
