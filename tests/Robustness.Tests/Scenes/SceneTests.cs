using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Traffic;

namespace MiniK8s.Robustness.Tests.Scenes;

/// <summary>Scenes in which other stores went wrong, each small and to the point; everything recorded in them is judged as well.</summary>
public sealed class SceneTests
{
    // The moments around a commit are stretched, so that lists and watches fall into them.
    [Theory]
    [InlineData("after-sync=sleep(3ms)")]
    [InlineData("after-publish=sleep(3ms)")]
    public async Task ListThenWatch_UnderWrites_MissesNoEventBetweenTheTwo(string failpoint)
    {
        await using var scene = await Scene.OpenAsync("--failpoints", failpoint);
        scene.Write(clients: 4);

        var pairs = await Task.WhenAll(Enumerable.Range(20, 4).Select(id => PairsAsync(scene, id, count: 50)));
        var verdict = await scene.EndAsync();

        Assert.Equal(200, pairs.Sum());
        Assert.True(verdict is { Violations.Count: 0, Watches: 200 }, verdict.ToString());
    }

    [Fact]
    public async Task Watch_AroundTheCompactRevision_FailsBelowItAndIsCompleteFromIt()
    {
        await using var scene = await Scene.OpenAsync();
        scene.Write(clients: 3);

        for (var pair = 0; pair < 60; pair++)
        {
            // So many puts of its own that the next compact revision is past the last one, even if nobody else gets to write.
            var (now, back) = (0L, pair % 3);
            for (var put = 0; put <= back; put++) now = await MarkAsync(scene);
            var compacted = now - back;
            Assert.NotNull(await scene.Client.CompactAsync(new CompactionRequest { Revision = compacted }));

            Assert.Equal(compacted, (await FirstAsync(scene, compacted - 1)).CompactRevision);
            Assert.Equal(compacted, (await FirstAsync(scene, compacted)).Events[0].Kv.ModRevision);
            Assert.Equal(compacted + 1, (await FirstAsync(scene, compacted + 1)).Events[0].Kv.ModRevision);
        }
        var verdict = await scene.EndAsync();

        Assert.True(verdict.Violations.Count == 0, verdict.ToString());
    }

    [Fact]
    public async Task WatchOfTheFuture_WithProgress_HearsNothingBeforeItsStart()
    {
        await using var scene = await Scene.OpenAsync();
        var streams = new List<RecordedStream>();
        for (var ahead = 1; ahead <= 100; ahead++) streams.Add(await scene.WatchAsync(new WatchCreateRequest { StartRevision = 1 + ahead, ProgressNotify = true, PrevKv = true }));
        foreach (var stream in streams) await Scene.ReadUntilAsync(stream, response => response.Created, "the watch's creation");

        // Slow enough that progress is due in between: 110 revisions, and a request for progress each.
        var readers = streams.Select((stream, ahead) => Scene.ReadOnAsync(stream, response => Shows(response, 110), $"revision 110 on watch {ahead}")).ToList();
        for (var revision = 2; revision <= 110; revision++)
        {
            Assert.NotNull(await scene.Client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8($"key{revision % 7}"), Value = scene.Client.NextValue() }));
            await streams[revision % 100].SendAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        }
        await Task.WhenAll(readers).OrMissing("revision 110 on every watch");
        await Task.WhenAll(streams.Select((stream, ahead) => Scene.ReadUntilAsync(stream, response => response.Events.Count == 0, $"progress on watch {ahead}")));
        var verdict = await scene.EndAsync();

        Assert.True(verdict is { Violations.Count: 0, Watches: 100 }, verdict.ToString());
        foreach (var stream in streams) stream.Dispose();
    }

    [Fact]
    public async Task StalledWatchers_UnderWrites_HoldUpNobodyAndMissNothing()
    {
        const int Last = 501;
        await using var scene = await Scene.OpenAsync();
        var watches = new List<RecordedStream>();
        for (var i = 0; i < 20; i++) watches.Add(await scene.WatchAsync(new WatchCreateRequest { PrevKv = true }));
        foreach (var stream in watches) await Scene.ReadUntilAsync(stream, response => response.Created, "the watch's creation");
        var (stalled, others) = (watches[..4], watches[4..]);

        // 10 KiB a value: more than any buffer on the way holds.
        var readers = others.Select(stream => Scene.ReadOnAsync(stream, response => Shows(response, Last), $"revision {Last} for who reads")).ToList();
        for (var revision = 2; revision <= Last; revision++)
        {
            Assert.NotNull(await scene.Client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8($"key{revision % 10}"), Value = scene.Client.NextValue(10_000) }));
        }
        await Task.WhenAll(readers).OrMissing($"revision {Last} for who reads");
        await Task.WhenAll(stalled.Select(stream => Scene.ReadUntilAsync(stream, response => Shows(response, Last), $"revision {Last} for who stalled")));
        var verdict = await scene.EndAsync();

        Assert.True(verdict is { Violations.Count: 0, Events: 20 * (Last - 1) }, verdict.ToString());
        foreach (var stream in watches) stream.Dispose();
    }

    private static bool Shows(WatchResponse response, long revision) => response.Events.Count > 0 && response.Events[^1].Kv.ModRevision >= revision;

    private static async Task<int> PairsAsync(Scene scene, int id, int count)
    {
        var client = scene.Patient(id);
        for (var i = 0; i < count; i++)
        {
            var list = await client.RangeAsync(new RangeRequest { Key = Scene.All, RangeEnd = Scene.All });
            using var stream = await scene.WatchAsync(new WatchCreateRequest { StartRevision = list!.Header.Revision + 1 });
            var first = await Scene.ReadUntilAsync(stream, response => response.Events.Count > 0, "the first event after a list");
            Assert.Equal(list.Header.Revision + 1, first.Events[0].Kv.ModRevision);
        }
        return count;
    }

    private static async Task<long> MarkAsync(Scene scene) =>
        (await scene.Client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8("mark"), Value = scene.Client.NextValue() }))!.Header.Revision;

    private static async Task<WatchResponse> FirstAsync(Scene scene, long start)
    {
        using var stream = await scene.WatchAsync(new WatchCreateRequest { StartRevision = start, PrevKv = true });
        return await Scene.ReadUntilAsync(stream, response => !response.Created, $"a response to a watch from {start}");
    }
}
