using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Eviction;

public sealed class EvictionTextsTests
{
    private const long Mi = 1 << 20;
    private static readonly Observation Left = new(52 * Mi, 8192 * Mi);

    [Fact]
    public void Message_OfMemory_NamesThresholdAndThoseAboveTheirRequest()
    {
        var (message, annotations) = EvictionMessages.Of(PodRankingTests.Pod("p", 0, "100Mi", 210 * Mi), Hard("memory.available<100Mi"), Left);

        Assert.Equal(
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. Container c was using 210Mi, request is 100Mi, has larger consumption of memory. ",
            message);
        Assert.Equal(("c", "210Mi", "memory"), (annotations["offending_containers"], annotations["offending_containers_usage"], annotations["starved_resource"]));
    }

    [Fact]
    public void Message_RequestOfNothing_ReadsZero() => Assert.EndsWith(
        "Container c was using 210Mi, request is 0, has larger consumption of memory. ",
        EvictionMessages.Of(PodRankingTests.Pod("p", 0, null, 210 * Mi), Hard("memory.available<100Mi"), Left).Message);

    [Fact]
    public void Message_NobodyAboveItsRequest_NamesNobody()
    {
        var (message, annotations) = EvictionMessages.Of(PodRankingTests.Pod("p", 0, "1Gi", 210 * Mi), Hard("memory.available<10%"), Left);

        Assert.Equal("The node was low on resource: memory. Threshold quantity: 858993472, available: 52Mi. ", message);
        Assert.Equal(("", "", "memory"), (annotations["offending_containers"], annotations["offending_containers_usage"], annotations["starved_resource"]));
    }

    [Theory]
    [InlineData("nodefs.available<1Gi", "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 52Mi. Container c was using 3Mi, request is 0, has larger consumption of ephemeral-storage. ")]
    [InlineData("nodefs.inodesFree<60M", "The node was low on resource: inodes. Threshold quantity: 60M, available: 54525952. ")]
    [InlineData("nodefs.inodesFree<5%", "The node was low on resource: inodes. Threshold quantity: 429496736, available: 54525952. ")]
    [InlineData("pid.available<60M", "The node was low on resource: pids. Threshold quantity: 60M, available: 54525952. ")]
    public void Message_OfOtherResources_UsesTheirWords(string threshold, string expected) =>
        Assert.Equal(expected, EvictionMessages.Of(PodRankingTests.Pod("p", 0, null, 0, disk: 3 * Mi), Hard(threshold), Left).Message);

    [Theory]
    // sizes of volume v, layer and log of c, and of a second volume on the disk
    [InlineData(10, 1, 0, null)]
    [InlineData(11, 1, 0, "Usage of EmptyDir volume \"v\" exceeds the limit \"10Mi\". ")]
    [InlineData(5, 1, 25, "Pod ephemeral local storage usage exceeds the total limit of containers 30Mi. ")]
    [InlineData(0, 21, 0, "Container c exceeded its local ephemeral storage limit \"20Mi\". ")]
    [InlineData(0, 20, 10, null)]
    public void LocalStorage_Excess_IsTheFirstLimitPassed(long volume, long layer, long other, string? expected)
    {
        var pod = A.Pod(Limited("c", "20Mi"), Limited("d", "10Mi"));
        pod.Spec.Volumes.Add([PodRankingTests.Empty("v", "", "10Mi"), PodRankingTests.Empty("other", "")]);
        var usage = new PodUsage([new ContainerUsage("c", 0, 0, new(layer * Mi, 1), 1)], new Dictionary<string, FileUsage> { ["v"] = new(volume * Mi, 1), ["other"] = new(other * Mi, 1) }, default);

        Assert.True(LocalStorage.HasLimits(pod.Spec));
        Assert.Equal(expected, LocalStorage.Excess(pod.Spec, usage));
    }

    [Fact]
    public void LocalStorage_NoLimits_HasNone() => Assert.False(LocalStorage.HasLimits(A.Pod().With(p => p.Spec.Volumes.Add(PodRankingTests.Empty("v", ""))).Spec));

    private static Threshold Hard(string text) => EvictionFlagsTests.Read([text], [], [], []).Thresholds[0];

    private static Protocol.Core.V1.Container Limited(string name, string limit)
    {
        var container = A.Container(name);
        container.Resources = new() { Limits = { ["ephemeral-storage"] = limit } };
        return container;
    }
}
