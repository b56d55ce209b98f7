using System.Threading.Channels;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Informers;
using MiniK8s.Client.Tests.Reflection;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Tests.Informers;

public sealed class SharedInformerTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeListerWatcher _server = new();
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _stop = new();
    private readonly SharedInformer<Pod> _informer;
    private readonly Task _running;

    public SharedInformerTests()
    {
        var options = new InformerOptions { Backoff = { Jitter = 0 } };
        _informer = new SharedInformer<Pod>(_server, options, _time, new Random(1), NullLogger<SharedInformer<Pod>>.Instance);
        _informer.AddHandler(InformerHandler.For<Pod>(
            added => Tell($"add {Describe(added)}"),
            (old, current) => Tell($"update {Describe(old)} to {Describe(current)}"),
            last => Tell($"delete {Describe(last)}")));
        _informer.Cache.AddIndex("node", pod => [pod.Spec.NodeName]);
        _running = _informer.RunAsync(_stop.Token);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.OrMissing("the informer's end");
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_FirstList_FillsTheCacheAndTellsThenSyncs()
    {
        Assert.False(_informer.HasSynced);
        _server.NextList("10", A.Pod("a", "3"), A.Pod("b", "7"));

        await _informer.Synced.OrMissing("the first list");

        Assert.Equal(["add a@3", "add b@7"], await NextAsync(2));
        Assert.True(_informer.HasSynced);
        Assert.Equal("7", _informer.Cache.Find("default", "b")?.Metadata.ResourceVersion);
        Assert.Equal("10", await _server.WatchedFrom.Reader.ReadAsync().AsTask().OrMissing("the watch"));
    }

    [Fact]
    public async Task Run_WatchedChanges_ReachCacheAndHandlersInOrder()
    {
        _server.NextList("10", A.Pod("a", "3"));
        _server.NextWatch()
            .Send(WatchEventType.Added, A.Pod("b", "11", node: "n1"))
            .Send(WatchEventType.Modified, A.Pod("a", "12", node: "n1"))
            .Send(WatchEventType.Bookmark, A.Pod("", "13"))
            .Send(WatchEventType.Deleted, A.Pod("b", "14"));

        var told = await NextAsync(4);

        Assert.Equal(["add a@3", "add b@11", "update a@3 to a@12", "delete b@14"], told);
        Assert.Equal(["a"], _informer.Cache.ListByIndex("node", "n1").Select(pod => pod.Metadata.Name));
        Assert.Empty(_informer.Cache.ListByIndex("node", ""));
    }

    [Fact]
    public async Task Run_WatchEnds_GoesOnFromTheLastBookmark()
    {
        _server.NextList("10");
        _server.NextWatch().Send(WatchEventType.Bookmark, A.Pod("", "42")).End();
        Assert.Equal("10", await _server.WatchedFrom.Reader.ReadAsync().AsTask().OrMissing("the first watch"));

        // It moved forward, so there is nothing to wait for.
        Assert.Equal("42", await _server.WatchedFrom.Reader.ReadAsync().AsTask().OrMissing("the second watch"));
    }

    [Fact]
    public async Task Run_VersionExpired_ListsAgainAndTellsTheDifference()
    {
        _server.NextList("10", A.Pod("gone", "1"), A.Pod("kept", "2"), A.Pod("remade", "3", uid: "old"));
        _server.NextWatch().End(A.Refusal(410, "Expired"));
        await NextAsync(3);
        await _time.WaitForTimersAsync(1);
        _server.NextList("50", A.Pod("kept", "2"), A.Pod("remade", "40", uid: "new"), A.Pod("fresh", "41"));

        Assert.Equal(TimeSpan.FromMilliseconds(200), _time.AdvanceToNextTimer());

        Assert.Equal(["delete gone@1", "update remade@3 to remade@40", "add fresh@41"], await NextAsync(3));
        Assert.Equal(3, _informer.Cache.Count);
    }

    [Fact]
    public async Task Run_ListFailsTwice_WaitsLongerEachTime()
    {
        _server.NextListFails(A.Refusal(503, "ServiceUnavailable"));
        await _time.WaitForTimersAsync(1);
        _server.NextListFails(A.Refusal(503, "ServiceUnavailable"));
        Assert.Equal(TimeSpan.FromMilliseconds(200), _time.AdvanceToNextTimer());
        await _time.WaitForTimersAsync(1);
        _server.NextList("10", A.Pod("a"));
        Assert.Equal(TimeSpan.FromMilliseconds(400), _time.AdvanceToNextTimer());

        Assert.Equal(["add a@1"], await NextAsync(1));
    }

    private static string Describe(Pod pod) => $"{pod.Metadata.Name}@{pod.Metadata.ResourceVersion}";

    private void Tell(string what) => _told.Writer.TryWrite(what);

    private async Task<List<string>> NextAsync(int count)
    {
        var told = new List<string>();
        while (told.Count < count) told.Add(await _told.Reader.ReadAsync().AsTask().OrMissing($"call {told.Count + 1} of the handler"));
        return told;
    }
}
