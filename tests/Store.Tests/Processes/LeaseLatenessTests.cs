using System.Diagnostics;


using static MiniK8s.Store.Tests.Processes.LeaseProcessTests;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>How late leases of the real process end, on the real clock: by less than a second where the machine lets it run, and never early.</summary>
[Collection(AloneCollection.Name)]
public sealed class LeaseLatenessTests
{
    // A second, and one more where the machine starves the store for half of one just before: signs of life may be queued. Leases that run out
    // together are late together then, a hundred and more of them. How late they are to the millisecond is said on a clock that only the test moves.
    private static readonly TimeSpan _latestWhenStarved = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Restart_WithLeases_GivesTheFullTtlAgainAndKeepsTheirKeys()
    {
        using var directory = new TemporaryDirectory();
        await using (var before = await ServerProcess.StartStoreAsync(directory.File("data")))
        {
            await GrantAsync(before, 1, 4);
            await GrantAsync(before, 2, 3600);
            await PutAsync(before, "a", 1);
            await PutAsync(before, "b", 2);
            await PutAsync(before, "c", 1);
            await PutAsync(before, "c", 2);
            await Patience.UntilAsync(async () => (await TimeToLiveAsync(before, 1)).TTL < 3, "a second of lease 1's life");
            await before.KillAsync();
        }

        var (sinceStart, sinceReady) = (Stopwatch.StartNew(), new Stopwatch());
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"));
        sinceReady.Start();
        var (first, second) = (await TimeToLiveAsync(store, 1), await TimeToLiveAsync(store, 2));

        Assert.Equal((4, "a"), (first.GrantedTTL, string.Join(' ', first.Keys.Select(key => key.ToStringUtf8()))));
        Assert.Equal((3600, "b c"), (second.GrantedTTL, string.Join(' ', second.Keys.Select(key => key.ToStringUtf8()))));
        var lastSeen = TimeSpan.Zero;         // asked then, it was still there: what the asking itself takes on a busy machine is no lateness
        await Patience.UntilAsync(
            async () =>
            {
                var asked = sinceReady.Elapsed;
                if ((await TimeToLiveAsync(store, 1)).TTL == -1) return true;
                lastSeen = asked;
                return false;
            },
            "the end of lease 1");
        Assert.InRange(sinceStart.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.MaxValue);
        Assert.InRange(lastSeen, TimeSpan.Zero, TimeSpan.FromSeconds(4) + _latestWhenStarved);
        Assert.Equal(["b", "c"], (await EverythingAsync(store)).Select(kv => kv.Key.ToStringUtf8()));
    }

    [Fact]
    public async Task Thousand_KeptAliveRevokedAndLeftAloneAcrossAKill_EndSoonAfterTheirTimeAndNeverEarly()
    {
        using var directory = new TemporaryDirectory();
        using var lives = new LeaseLives(count: 1000);
        await using (var before = await ServerProcess.StartStoreAsync(directory.File("data")))
        {
            await lives.BeginAsync(before);
            await lives.KeepAliveForAsync(before, TimeSpan.FromSeconds(2.5));
            await before.KillAsync();
        }

        await using var store = await lives.RestartAsync(() => ServerProcess.StartStoreAsync(directory.File("data")));
        await lives.KeepAliveForAsync(store, TimeSpan.FromSeconds(4));
        var lateness = await lives.EndAsync();

        Assert.Empty(await EverythingAsync(store));
        Assert.InRange(lateness.Min(late => late.AtMost), TimeSpan.Zero, TimeSpan.MaxValue);
        Assert.InRange(lateness.Select(late => late.AtLeast).Order().ElementAt(lateness.Count * 99 / 100), TimeSpan.MinValue, _latestWhenStarved);
    }
}
