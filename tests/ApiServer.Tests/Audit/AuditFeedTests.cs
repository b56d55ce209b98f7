using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Audit;
using MiniK8s.Hosting.Feeds;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Audit;

public sealed class AuditFeedTests
{
    private static readonly AuditFilter All = new(new WatchAuditRequest());

    [Fact]
    public async Task Watch_ReaderThatDoesNotKeepUp_IsToldHowManyItMissedAndNobodyWaits()
    {
        var feed = new AuditFeed();
        using var slow = feed.Watch(All);
        using var other = feed.Watch(new AuditFilter(new WatchAuditRequest { Users = { "bob" } }));

        for (var i = 0; i < AuditFeed.Capacity + 5; i++) feed.Publish(new AuditRecord { User = "alice", Verb = $"{i}" });
        feed.Publish(new AuditRecord { User = "bob", Verb = "b" });
        var seen = await ReadAsync(slow, AuditFeed.Capacity);
        feed.Publish(new AuditRecord { User = "alice", Verb = "last" });
        var next = await ReadAsync(slow, 1);

        Assert.All(seen, (change, i) => Assert.Equal((0, $"{i}"), (change.Missed, change.Item.Verb)));
        Assert.Equal((6, "last"), (next[0].Missed, next[0].Item.Verb));
        Assert.Equal((0, "b"), (await ReadAsync(other, 1)) is [var only] ? (only.Missed, only.Item.Verb) : default);
    }

    [Fact]
    public void Watch_OneTooMany_IsRefusedUntilAnotherEnds()
    {
        var feed = new AuditFeed();
        var open = Enumerable.Range(0, AuditFeed.MaxWatchers).Select(_ => feed.Watch(All)).ToArray();

        var refusal = Assert.Throws<ApiException>(() => feed.Watch(All));
        open[0].Dispose();
        using var afterwards = feed.Watch(All);

        Assert.Equal(429, refusal.Code);
    }

    private static async Task<List<(long Missed, AuditRecord Item)>> ReadAsync(FeedWatcher<AuditRecord> watcher, int count)
    {
        var seen = new List<(long, AuditRecord)>(count);
        await foreach (var change in watcher.ReadAllAsync(default))
        {
            seen.Add(change);
            if (seen.Count == count) break;
        }
        return seen;
    }
}
