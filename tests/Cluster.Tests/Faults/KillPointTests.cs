namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>kill -9 of a kubelet at each named moment of a pod's life, and a restart on the state it left.</summary>
[Collection("faults")]
public sealed class KillPointTests(FaultLab shared)
{
    public static TheoryData<string> Points => [.. KillPoint.All.Select(point => point.Name)];

    /// <summary>
    /// Every process of every container was started once, what ran was not disturbed, no status went backwards, the grace went on, and the
    /// pod came to its end: see <see cref="KilledLife"/>.
    /// </summary>
    [Theory]
    [MemberData(nameof(Points))]
    public Task Killed_AtANamedMoment_GoesOnAsIfNothingHadHappened(string point) => shared.PlayedAsync(KillPoint.All.Single(each => each.Name == point));

    [Fact]
    public void Points_AreTwentyAtLeast() => Assert.True(KillPoint.All.DistinctBy(point => (point.Moment, point.Coming, point.Kind)).Count() >= 20);
}
