using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The same requests to our store and to a real etcd: the same answers, field by field, and the same errors, word by word.</summary>
/// <remarks>What is tolerated, and why, is listed at <see cref="EtcdAnswers"/>.</remarks>
public sealed class EtcdComparisonTests
{
    private const int Requests = 100_000;
    private const int Worlds = 4;

    [RequiresToolFact("etcd")]
    public async Task RandomRequests_ToBoth_AreAnsweredTheSame()
    {
        var worlds = await Task.WhenAll(Enumerable.Range(21, Worlds).Select(seed => Task.Run(() => RunAsync(seed, Requests / Worlds))));

        Assert.InRange(worlds.Sum(world => world.Revisions), Requests / 6, Requests);
        Assert.InRange(worlds.Sum(world => world.Compactions), Requests / 1000, Requests);
        Assert.InRange(worlds.Sum(world => world.Watches), Requests / 200, Requests);
        Assert.InRange(worlds.Sum(world => world.Events), Requests, long.MaxValue);
        Assert.InRange(worlds.Sum(world => world.Announcements), 1, int.MaxValue);
    }

    [RequiresToolFact("etcd")]
    public async Task LargeRequests_ToBoth_AreRefusedInTheSameWords()
    {
        using var directory = TemporaryDirectory.InMemory();
        await using var etcd = await ServerProcess.StartEtcdAsync(directory.File("etcd"));
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", "off");
        var key = ByteString.CopyFromUtf8("big");

        foreach (var size in (int[])[1_000_000, 1_572_000, 1_573_000, 2_000_000])
        {
            var request = new PutRequest { Key = key, Value = ByteString.CopyFrom(new byte[size]) };
            Assert.Equal(await EtcdAnswers.AskAsync(etcd, request), await EtcdAnswers.AskAsync(store, request));
        }
    }

    private static async Task<(long Revisions, int Compactions, int Watches, long Events, int Announcements)> RunAsync(int seed, int steps)
    {
        using var directory = TemporaryDirectory.InMemory();
        await using var etcd = await ServerProcess.StartEtcdAsync(directory.File("etcd"), "--experimental-watch-progress-notify-interval", "500ms");
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", "off", "--watch-progress-notify-interval", "500ms");
        await using var world = new EtcdComparisonWorld(etcd, store, seed);

        await world.RunAsync(steps);
        return (world.Revision, world.Compactions, world.Watches.Compared, world.Watches.Events, world.Watches.Announcements);
    }
}
