using MiniK8s.Hosting.Waking;

namespace MiniK8s.Hosting.Tests;

public sealed class WakePaceTests
{
    private readonly Queue<IThreadPoolWorkItem> _queue = [];
    private readonly WakePace _pace;

    public WakePaceTests() => _pace = new WakePace(_queue.Enqueue);

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(8, 0, 8)]
    [InlineData(9, 0, 8)]
    [InlineData(9, 1, 9)]
    [InlineData(100, 0, 8)]
    [InlineData(100, 1, 16)]
    [InlineData(100, 11, 96)]
    [InlineData(100, 12, 100)]
    public void Ring_SoManyBells_RingsEightAndEightMoreATurn(int bells, int turns, int rung)
    {
        var waits = Waits(Add(bells));

        _pace.Ring();
        for (var turn = 0; turn < turns; turn++) _queue.Dequeue().Execute();

        Assert.Equal(rung, waits.Count(wait => wait.IsCompleted));
        Assert.All(waits.Take(rung), wait => Assert.True(wait.IsCompleted));
        Assert.Equal(rung < bells ? 1 : 0, _queue.Count);
    }

    [Fact]
    public void Ring_FewEnough_NeverTakesATurn()
    {
        for (var i = 0; i < 10; i++)
        {
            var waits = Waits(Add(8));
            _pace.Ring();
            Assert.All(waits, wait => Assert.True(wait.IsCompleted));
        }
        Assert.Empty(_queue);
    }

    [Fact]
    public void Ring_WhileOthersAreInLine_WaitsForItsTurn()
    {
        Add(9);
        _pace.Ring();
        var late = Waits(Add(1));

        _pace.Ring();

        Assert.False(late[0].IsCompleted);
        _queue.Dequeue().Execute();
        Assert.True(late[0].IsCompleted);
        Assert.Empty(_queue);
    }

    [Fact]
    public void Ring_AfterTheLine_RingsAtOnce()
    {
        Add(9);
        _pace.Ring();
        _queue.Dequeue().Execute();

        var next = Waits(Add(1));
        _pace.Ring();

        Assert.True(next[0].IsCompleted);
    }

    [Fact]
    public void Add_InLineAlready_RingsOnce()
    {
        var line = Add(10);
        _pace.Add(line[9]);
        _pace.Ring();
        _queue.Dequeue().Execute();
        Assert.True(line[9].WaitAsync().IsCompleted);

        var again = line[9].WaitAsync();
        _pace.Ring();

        Assert.False(again.IsCompleted);
        Assert.Empty(_queue);
    }

    [Fact]
    public async Task Ring_OnTheThreadPool_RingsAll()
    {
        var pace = new WakePace();
        Bell[] bells = [.. Enumerable.Range(0, 500).Select(_ => new Bell())];
        var waits = Waits(bells);
        pace.Add(bells);

        pace.Ring();

        foreach (var wait in waits) await wait.AsTask().OrMissing("the ring");
    }

    private static List<ValueTask> Waits(IEnumerable<Bell> bells) => [.. bells.Select(bell => bell.WaitAsync())];

    private Bell[] Add(int bells)
    {
        Bell[] added = [.. Enumerable.Range(0, bells).Select(_ => new Bell())];
        _pace.Add(added);
        return added;
    }
}
