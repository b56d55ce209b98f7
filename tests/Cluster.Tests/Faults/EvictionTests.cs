namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>Nodes that are silent for longer than anybody waits: their pods are evicted, and what becomes of them when the kubelet is back.</summary>
[Collection("evictions")]
public sealed class EvictionTests(EvictionLab shared)
{
    /// <summary>Killed while a pod starts: its owner has another made elsewhere, the pod never starts.</summary>
    [Fact]
    public Task LongAway_StartInFlight_ReplacedElsewhereAndNeverStartedOnReturn() => shared.PlayedAsync("halfway");

    /// <summary>Killed at rest: pods go by their tolerations, and end when the kubelet is back; the others run on.</summary>
    [Fact]
    public Task LongAway_Idle_PodsAreEvictedByTheirTolerationsAndEndOnReturn() => shared.PlayedAsync("killed");

    /// <summary>The same behind a cut wire.</summary>
    [Fact]
    public Task Partition_Idle_PodsAreEvictedByTheirTolerationsAndEndOnReturn() => shared.PlayedAsync("parted");

    /// <summary>The only pod of its name is not made a second time before its kubelet has said that the first has ended.</summary>
    [Fact]
    public Task Partition_Running_NameIsTakenUntilTheKubeletHasSaidThatItEnded() => shared.PlayedAsync("named");
}
