using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Node;

public sealed class ReservationTests
{
    [Fact]
    public void Allocatable_NothingReserved_LeavesOutWhatHardEvictionKeepsFree() => Assert.Equal(
        [("cpu", "4"), ("memory", "8092Mi"), ("ephemeral-storage", "96636764000"), ("pods", "110")],
        NodeObjects.Allocatable(Heartbeats.Node).Select(pair => (pair.Key, pair.Value)));

    [Fact]
    public void Allocatable_KubeAndSystemReserved_LeavesOutBoth() => Assert.Equal(
        [("cpu", "3700m"), ("memory", "7068Mi"), ("ephemeral-storage", "95563022176"), ("pods", "110")],
        NodeObjects.Allocatable(Heartbeats.Node with { Reserved = Read("cpu=200m", "memory=512Mi", "ephemeral-storage=1Gi") + Read("cpu=100m", "memory=512Mi") })
            .Select(pair => (pair.Key, pair.Value)));

    [Fact]
    public void Allocatable_MoreReservedThanThereIs_IsNothing() => Assert.Equal(
        ("0", "0"), NodeObjects.Allocatable(Heartbeats.Node with { Reserved = Read("cpu=5", "memory=8Gi") }) is var left ? (left["cpu"], left["memory"]) : default);

    [Fact]
    public void Observations_MemoryReserved_IsNotForPods()
    {
        var seen = Observations.Of(Heartbeats.Node with { Reserved = Read("memory=1Gi") }, new NodeUsage(6L << 30, 0, 0, 0));

        Assert.Equal((2L << 30, 1L << 30), (seen.Of(EvictionSignal.Memory).Available, seen.Of(EvictionSignal.AllocatableMemory).Available));
        Assert.Equal((8L << 30, 7L << 30), (seen.Of(EvictionSignal.Memory).Capacity, seen.Of(EvictionSignal.AllocatableMemory).Capacity));
    }

    [Theory]
    [InlineData("cpu", "'cpu' is not resource=quantity")]
    [InlineData("cpu=lots", "'lots' is not a quantity")]
    [InlineData("cpu=-1", "resource quantity for \"cpu\" cannot be negative: -1")]
    [InlineData("pods=1", "cannot reserve \"pods\" resource")]
    public void Parse_Wrong_SaysWhy(string text, string why)
    {
        Assert.Null(Reservation.Parse([text], out var fault));
        Assert.Equal(why, fault);
    }

    private static Reservation Read(params string[] texts) => Reservation.Parse(texts, out _)!;
}
