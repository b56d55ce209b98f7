using MiniK8s.Hosting.Feeds;

namespace MiniK8s.Hosting.Tests;

public sealed class FeedTests
{
    [Fact]
    public async Task Watch_ReaderThatDoesNotKeepUp_IsToldHowManyItMissedAndNobodyWaits()
    {
        var feed = new Feed<int>(maxWatchers: 2, capacity: 3);
        Assert.True(feed.TryWatch(_ => true, out var slow));
        Assert.True(feed.TryWatch(item => item == 6, out var other));
        using var first = slow;
        using var second = other;

        for (var item = 1; item <= 6; item++) feed.Publish(item);
        var seen = await ReadAsync(slow, 3);
        feed.Publish(7);

        Assert.Equal([(0, 1), (0, 2), (0, 3)], seen);
        Assert.Equal([(3, 7)], await ReadAsync(slow, 1));
        Assert.Equal([(0, 6)], await ReadAsync(other, 1));
    }

    [Fact]
    public void Watch_OneTooMany_IsRefusedUntilAnotherEnds()
    {
        var feed = new Feed<int>(maxWatchers: 1, capacity: 1);
        Assert.True(feed.TryWatch(_ => true, out var open));

        Assert.False(feed.TryWatch(_ => true, out _));
        open.Dispose();

        Assert.True(feed.TryWatch(_ => true, out var afterwards));
        afterwards.Dispose();
    }

    private static async Task<List<(long Missed, int Item)>> ReadAsync(FeedWatcher<int> watcher, int count)
    {
        var seen = new List<(long, int)>(count);
        await foreach (var item in watcher.ReadAllAsync(default))
        {
            seen.Add(item);
            if (seen.Count == count) break;
        }
        return seen;
    }
}
