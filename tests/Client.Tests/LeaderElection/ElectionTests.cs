using MiniK8s.Client.LeaderElection;
using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.Client.Tests.LeaderElection;

public sealed class ElectionTests
{
    private const string Us = "us";

    public enum Found
    {
        Nothing,
        Free,
        Ours,
        Changed,
        Unchanged,
    }

    /// <summary>The whole table: what stands there, by who looks.</summary>
    [Theory]
    [InlineData(Found.Nothing, false, "Create")]
    [InlineData(Found.Nothing, true, "Create")]
    [InlineData(Found.Free, false, "Take")]
    [InlineData(Found.Free, true, "Take")]
    [InlineData(Found.Ours, false, "Renew")]
    [InlineData(Found.Ours, true, "Renew")]
    [InlineData(Found.Changed, false, "Wait")]
    [InlineData(Found.Changed, true, "Lose")]
    [InlineData(Found.Unchanged, false, "Take")]
    [InlineData(Found.Unchanged, true, "Lose")]
    public void Decide_EveryCase_IsTheTables(Found found, bool leads, string step) => Assert.Equal(step, $"{Decide(found, leads)}");

    /// <summary>Its own duration counts, not ours, to the tick; one without a duration holds nobody back.</summary>
    [Theory]
    [InlineData(7, 6_999, "Wait")]
    [InlineData(7, 7_000, "Take")]
    [InlineData(60, 59_999, "Wait")]
    [InlineData(0, 0, "Take")]
    public void Decide_Anothers_WaitsForTheDurationInTheLease(int seconds, int unchangedMilliseconds, string step) => Assert.Equal(
        step, $"{Election.Decide(leads: false, Us, new LeaseSpec { HolderIdentity = "them", LeaseDurationSeconds = seconds }, TimeSpan.FromMilliseconds(unchangedMilliseconds))}");

    private static ElectionStep Decide(Found found, bool leads)
    {
        LeaseSpec? lease = found switch
        {
            Found.Nothing => null,
            Found.Free => new LeaseSpec { HolderIdentity = "", LeaseDurationSeconds = 1 },
            Found.Ours => new LeaseSpec { HolderIdentity = Us, LeaseDurationSeconds = 15 },
            _ => new LeaseSpec { HolderIdentity = "them", LeaseDurationSeconds = 15 },
        };
        return Election.Decide(leads, Us, lease, TimeSpan.FromSeconds(found is Found.Unchanged ? 15 : 14));
    }
}
