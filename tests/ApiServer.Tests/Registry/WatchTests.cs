using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class WatchTests
{
    [EveryStoreFact]
    public async Task Watch_FromNothing_ShowsTheStateThenTheChanges()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("b"));
        await rig.CreateAsync(Pod("a"));

        var watch = await rig.WatchAsync<Pod>("default");
        await rig.CreateAsync(Pod("c"));

        Assert.Equal(["ADDED a", "ADDED b", "ADDED c"], await watch.NextAsync(3));
    }

    [EveryStoreFact]
    public async Task Watch_FromARevision_ShowsOnlyWhatCameAfter()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("a"));
        var then = await rig.CreateAsync(Pod("b"));
        await rig.CreateAsync(Pod("c"));

        var watch = await rig.WatchAsync<Pod>("", new() { ResourceVersion = then.Metadata.ResourceVersion });
        await rig.UpdateAsync<Pod>("default", "a", pod => pod.Metadata.Labels["x"] = "y");

        Assert.Equal(["ADDED c", "MODIFIED a"], await watch.NextAsync(2));
    }

    [EveryStoreFact]
    public async Task Watch_WithASelector_TurnsEnteringAndLeavingIntoAddedAndDeleted()
    {
        await using var rig = await StartAsync();
        var watch = await rig.WatchAsync<Pod>("default", new() { LabelSelector = "app=web" });

        await rig.CreateAsync(Pod("p"));
        await rig.UpdateAsync<Pod>("default", "p", pod => pod.Metadata.Labels["app"] = "web");
        await rig.UpdateAsync<Pod>("default", "p", pod => pod.Metadata.Labels["more"] = "1");
        var left = await rig.UpdateAsync<Pod>("default", "p", pod => pod.Metadata.Labels["app"] = "db");

        Assert.Equal(["ADDED p", "MODIFIED p"], await watch.NextAsync(2));
        var gone = await watch.NextAsync();
        Assert.Equal("Deleted", gone.Type.ToString());
        Assert.Equal("web", gone.Object.Metadata.Labels["app"]);
        Assert.Equal(left.Metadata.ResourceVersion, gone.Object.Metadata.ResourceVersion);
    }

    [EveryStoreFact]
    public async Task Watch_ByNode_SeesAPodEnterWhenItIsBound()
    {
        await using var rig = await StartAsync();
        var mine = await rig.WatchAsync<Pod>("", new() { FieldSelector = "spec.nodeName=n1" });
        var other = await rig.WatchAsync<Pod>("", new() { FieldSelector = "spec.nodeName=n2" });

        await rig.CreateAsync(Pod("p"));
        await rig.BindAsync("p", "n1");
        await rig.DeleteAsync<Pod>("default", "p", new() { GracePeriodSeconds = 0 });
        await rig.CreateAsync(Pod("q"));
        await rig.BindAsync("q", "n2");

        Assert.Equal(["ADDED p", "MODIFIED p", "DELETED p"], await mine.NextAsync(3));
        Assert.Equal(["ADDED q"], await other.NextAsync(1));
        Assert.True(mine.IsEmpty);
    }

    [EveryStoreFact]
    public async Task Watch_FromBeforeHistory_IsExpired()
    {
        await using var rig = await StartAsync(new() { HistorySize = 2 });
        for (var i = 0; i < 5; i++) await rig.CreateAsync(Pod($"p{i}"));
        await rig.SettledAsync();

        var watch = await rig.WatchAsync<Pod>("", new() { ResourceVersion = "1" });
        var refusal = await RefusalAsync(() => watch.Ended);

        Assert.Equal((410, "Expired"), (refusal.Code, refusal.Reason));
        Assert.Equal($"too old resource version: 1 ({rig.Store.Revision - 2})", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Watch_WithInitialEvents_MarksTheirEnd()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("a"));

        var watch = await rig.WatchAsync<Pod>(
            "", new() { SendInitialEvents = true, ResourceVersionMatch = "NotOlderThan", AllowWatchBookmarks = true });

        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
        var end = await watch.NextAsync();
        Assert.Equal("Bookmark", end.Type.ToString());
        Assert.Equal("true", end.Object.Metadata.Annotations["k8s.io/initial-events-end"]);
        Assert.Equal($"{rig.Store.Revision}", end.Object.Metadata.ResourceVersion);
    }

    [EveryStoreFact]
    public async Task Watch_Bookmarks_MoveOnThoughTheKindIsQuiet()
    {
        await using var rig = await StartAsync();
        var watch = await rig.WatchAsync<Node>("", new() { ResourceVersion = "0", AllowWatchBookmarks = true });
        var map = await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "default" } });
        await rig.SettledAsync();

        for (var i = 0; i <= 61; i++) rig.Time.Advance(TimeSpan.FromSeconds(1));
        var bookmark = await watch.NextAsync();

        Assert.Equal("Bookmark", bookmark.Type.ToString());
        Assert.Equal(map.Metadata.ResourceVersion, bookmark.Object.Metadata.ResourceVersion);
    }

    [EveryStoreFact]
    public async Task Watch_ItsTimeIsUp_EndsQuietly()
    {
        await using var rig = await StartAsync();
        var watch = await rig.WatchAsync<Pod>("", new() { TimeoutSeconds = 5 });

        rig.Time.Advance(TimeSpan.FromSeconds(6));

        await watch.Ended.OrMissing("the watch's end");
    }

    [EveryStoreFact]
    public async Task Watch_StoreIsLostForAWhile_MissesNothingAndRepeatsNothing()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("a"));
        var watch = await rig.WatchAsync<Pod>("");
        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
        var opened = rig.Store.WatchesOpened;

        rig.Store.GoAway();
        rig.Store.ComeBack();
        await rig.CreateAsync(Pod("b"));
        await rig.UpdateAsync<Pod>("default", "a", pod => pod.Metadata.Labels["x"] = "y");
        // Past the feed's pause, whenever that begins; in steps so small and slow that the watch's own half hour never passes.
        await Patience.UntilAsync(() =>
        {
            rig.Time.Advance(TimeSpan.FromMilliseconds(100));
            return rig.Store.WatchesOpened > opened;
        }, "the feed's next watch");

        Assert.Equal(["ADDED b", "MODIFIED a"], await watch.NextAsync(2));
        Assert.True(watch.IsEmpty);
    }

    [EveryStoreFact]
    public async Task Watch_SlowReader_IsCutAndTheOthersGoOn()
    {
        await using var rig = await StartAsync(new() { WatchBufferSize = 4 });
        await using var slow = rig.Registry<ConfigMap>()
            .WatchAsync(ApiServer.Registry.RequestContext.Internal(), "default", new() { ResourceVersion = "0" }, default)
            .GetAsyncEnumerator();
        var first = slow.MoveNextAsync().AsTask();
        var fast = await rig.WatchAsync<ConfigMap>("default");
        var seen = new List<string>();

        for (var i = 0; i < 20; i++)
        {
            await rig.CreateAsync(new ConfigMap { Metadata = new() { Name = $"c{i:00}", Namespace = "default" } });
            seen.AddRange(await fast.NextAsync(1));
            // From here on it reads no more; until here it has kept up.
            if (i == 0) Assert.True(await first.OrMissing("the slow reader's first event"));
        }
        Assert.Equal(["c00"], slow.Current.Select(change => change.Object.Metadata.Name));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"ADDED c{i:00}"), seen);
        Assert.False(await slow.MoveNextAsync());
    }

    [EveryStoreFact]
    public async Task Watch_TwoWatchers_ShareOneEncoding()
    {
        await using var rig = await StartAsync();
        var one = await rig.WatchAsync<Pod>("");
        var two = await rig.WatchAsync<Pod>("default");
        var encodings = 0;
        var key = new object();

        await rig.CreateAsync(Pod("a"));
        foreach (var watch in (WatchProbe[])[one, two])
        {
            (await watch.NextAsync()).GetOrAddEncoding(key, _ => { encodings++; return []; });
        }

        Assert.Equal(1, encodings);
    }
}
