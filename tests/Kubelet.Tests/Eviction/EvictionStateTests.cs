using MiniK8s.Kubelet.Eviction;

namespace MiniK8s.Kubelet.Tests.Eviction;

/// <summary>From look to look: what is due and what the node shows.</summary>
public sealed class EvictionStateTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly EvictionSettings Settings = EvictionFlagsTests.Read(
        ["memory.available<100", "nodefs.available<10%", "pid.available<5"], ["memory.available<300"], ["memory.available=30s"], ["memory.available=50"]);

    // The hard threshold of memory holds for what pods may have of it, too.
    private const string Both = "memory.available,allocatableMemory.available";

    private EvictionState _state = EvictionState.Calm;

    [Theory]
    // what is left of memory, disk and pids | due, and the conditions
    [InlineData(1000, 1000, 1000, "", "")]
    [InlineData(300, 100, 5, "", "")]
    [InlineData(299, 1000, 1000, "", "MemoryPressure")]
    [InlineData(99, 1000, 1000, Both, "MemoryPressure")]
    [InlineData(1000, 99, 1000, "nodefs.available", "DiskPressure")]
    [InlineData(1000, 1000, 4, "pid.available", "PIDPressure")]
    [InlineData(99, 99, 4, $"{Both},nodefs.available,pid.available", "DiskPressure,MemoryPressure,PIDPressure")]
    [InlineData(-50, 1000, 1000, Both, "MemoryPressure")]
    public void After_OneLook_IsTheTable(long memory, long disk, long pids, string due, string conditions)
    {
        Look(0, memory, disk, pids);

        Assert.Equal((due, conditions), (Due(), Conditions()));
    }

    [Fact]
    public void After_PodsHaveUsedUpWhatIsTheirs_IsDueThoughTheNodeHasMore()
    {
        Look(0, 500, forPods: 99);

        Assert.Equal(("allocatableMemory.available", "MemoryPressure"), (Due(), Conditions()));
    }

    [Fact]
    public void After_CalmLook_IsTheSameObject()
    {
        Look(0, 1000);

        Assert.Same(EvictionState.Calm, _state);
    }

    [Theory]
    [InlineData(29, "")]
    [InlineData(30, "memory.available")]
    public void After_SoftThreshold_IsDueAfterItsGrace(int seconds, string due)
    {
        Look(0, 200);
        Look(10, 200);

        Look(seconds, 200);

        Assert.Equal(due, Due());
    }

    [Fact]
    public void After_SoftThresholdLeftBetween_BeginsItsGraceAnew()
    {
        Look(0, 200);
        Look(20, 400);
        Look(25, 200);

        Look(54, 200);

        Assert.Equal("", Due());
    }

    [Theory]
    [InlineData(149, Both)]
    [InlineData(150, "")]
    public void After_ActedUpon_GoesOnUntilTheMinimumIsReclaimed(long memory, string due)
    {
        Look(0, 99);

        Look(10, memory);

        Assert.Equal(due, Due());
    }

    [Theory]
    [InlineData(10 + 299, "MemoryPressure")]
    [InlineData(10 + 300, "")]
    public void After_EnoughAgain_ShowsTheConditionForTheTransitionPeriod(int seconds, string conditions)
    {
        Look(0, 99);
        Look(10, 99);
        Look(20, 1000);

        Look(seconds, 1000);

        Assert.Equal(conditions, Conditions());
        Assert.Equal(conditions.Length == 0, ReferenceEquals(EvictionState.Calm, _state));
    }

    private void Look(int second, long memory, long disk = 1000, long pids = 1000, long? forPods = null) =>
        _state = _state.After(Settings, new(new(memory, 1000), new(forPods ?? memory, 1000), new(disk, 1000), new(1000, 1000), new(pids, 1000)), Noon.AddSeconds(second));

    private string Due() => string.Join(',', _state.Due.Select(threshold => threshold.Signal.Name));

    private string Conditions() => string.Join(',', _state.Pressures.Keys.Order(StringComparer.Ordinal));
}
