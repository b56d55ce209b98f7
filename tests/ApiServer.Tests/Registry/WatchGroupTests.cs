using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Hosting.Waking;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Registry;

public sealed class WatchGroupTests
{
    private const int Room = 3;
    private readonly WakePace _pace = new();
    private readonly WatchGroup _group;

    public WatchGroupTests() => _group = new WatchGroup(new Selection("/pods/a/", null), Room, _pace);

    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(2, 0, "1 2")]
    [InlineData(2, 1, "2")]
    [InlineData(3, 0, "1 2 3")]
    [InlineData(4, 0, null)]
    [InlineData(4, 1, "2 3 4")]
    [InlineData(20, 16, null)]
    [InlineData(20, 17, "18 19 20")]
    [InlineData(20, 20, "")]
    public void Take_FromAPlace_GivesWhatCameSinceUnlessItLagsTooFar(int changes, long place, string? taken)
    {
        for (var revision = 1; revision <= changes; revision++) Offer("/pods/a/x", revision);

        Assert.Equal(taken, Take(ref place, after: 0));
        if (taken is not null) Assert.Equal(changes, place);
    }

    [Fact]
    public void Take_ForAWatchThatBeginsLater_LeavesOutWhatIsBeforeItsBeginning()
    {
        for (var revision = 1; revision <= 3; revision++) Offer("/pods/a/x", revision);
        var place = 0L;

        Assert.Equal("3", Take(ref place, after: 2));
    }

    [Fact]
    public void Offer_OfWhatIsNotWanted_IsNoChange()
    {
        Offer("/pods/b/x", 1);

        Assert.Equal(0, _group.End);
    }

    [Fact]
    public void Row_WhoseWatchesHaveTakenAll_StaysShort()
    {
        var cache = new ResourceCache(() => new Pod(), null, new WatchCacheOptions());
        var group = new WatchGroup(new Selection("/pods/a/", null), 2048, _pace);
        CacheWatcher[] watchers = [.. Enumerable.Range(0, 3).Select(_ => new CacheWatcher(cache, group, [], 0, null))];
        foreach (var watcher in watchers) group.Join(watcher);

        for (var revision = 1; revision <= 1000; revision++)
        {
            group.Offer(new CacheEvent(revision, null, new CachedObject("/pods/a/x", new Pod(), revision)));
            foreach (var watcher in watchers) Assert.True(watcher.TryTake());
        }

        Assert.InRange(group.Kept, 0, 16);
    }

    private void Offer(string key, long revision) =>
        _group.Offer(new CacheEvent(revision, null, new CachedObject(key, new Pod { Metadata = new() { Name = $"{revision}" } }, revision)));

    private string? Take(ref long place, long after)
    {
        var taken = new List<WatchChange>();
        return _group.TryTake(ref place, after, taken) ? string.Join(' ', taken.Select(change => change.Object.Metadata.Name)) : null;
    }
}
