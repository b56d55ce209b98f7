using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>Leases of the real process, on the real clock: killed and paused. How late they end is said by <see cref="LeaseLatenessTests"/>.</summary>
public sealed class LeaseProcessTests
{
    [Fact]
    public async Task Restart_AfterTheirGrantsLeftTheLog_KeepsLeasesAndKeysAndNoEndedOnes()
    {
        using var directory = new TemporaryDirectory();
        string FirstSegment() => Directory.GetFiles(directory.File("data"), "log-*").Order(StringComparer.Ordinal).First();
        await using (var before = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", "off", "--segment-bytes", "20000", "--settled-segments", "0"))
        {
            await GrantAsync(before, 1, 3600);
            await GrantAsync(before, 2, 3600);
            await PutAsync(before, "a", 1);
            await PutAsync(before, "b", 2);
            await before.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = 2 });
            var written = FirstSegment();
            await Patience.UntilAsync(
                async () =>
                {
                    await before.Kv.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8("filler"), Value = ByteString.CopyFrom(new byte[2000]) });
                    return FirstSegment() != written;
                },
                "the end of the first segment");
            await before.KillAsync();
        }

        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"));
        Assert.Equal((3600, "a"), await TimeToLiveAsync(store, 1) is var life ? (life.GrantedTTL, string.Join(' ', life.Keys.Select(key => key.ToStringUtf8()))) : default);
        Assert.Equal(-1, (await TimeToLiveAsync(store, 2)).TTL);
        Assert.Equal([1], (await store.Lease.LeaseLeasesAsync(new LeaseLeasesRequest())).Leases.Select(lease => lease.ID));
        await store.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = 1 });
        Assert.Equal("filler", Assert.Single(await EverythingAsync(store)).Key.ToStringUtf8());
    }

    [Fact]
    public async Task Pause_LongerThanTheTtl_CostsNobodyALeaseThatIsKeptAlive()
    {
        const int Leases = 50, Ttl = 4;       // long enough for signs of life that a busy machine sends late
        using var directory = new TemporaryDirectory();
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", "off");
        await Task.WhenAll(Enumerable.Range(1, Leases).Select(id => GrantAsync(store, id, Ttl)));
        using var call = store.Lease.LeaseKeepAlive();
        using var ended = new CancellationTokenSource();
        var answers = CollectAsync(call.ResponseStream);
        var signs = SendAsync(call.RequestStream, [.. Enumerable.Range(1, Leases)], TimeSpan.FromMilliseconds(500), ended.Token);
        await Task.WhenAll(Enumerable.Range(1, Leases).Select(id => PutAsync(store, $"k{id:D2}", id)));

        for (var round = 0; round < 2; round++)
        {
            var leftAlone = 99 + round;
            await GrantAsync(store, leftAlone, Ttl);
            await store.SignalAsync("STOP");
            await Task.Delay(TimeSpan.FromSeconds(Ttl + 2));      // the pause itself is what is tested
            await store.SignalAsync("CONT");
            await Patience.UntilAsync(async () => (await TimeToLiveAsync(store, leftAlone)).TTL == -1, "the end of the lease nobody keeps alive");
        }

        Assert.Equal(Leases, (await EverythingAsync(store)).Count);
        await ended.CancelAsync();
        await signs;
        Assert.All(await answers.OrMissing("the end of the answers"), answer => Assert.Equal(Ttl, answer.TTL));
    }

    [Fact]
    public async Task Failpoint_KilledAsALeaseRunsOut_LeavesLeaseAndKeyOrNeither()
    {
        using var directory = new TemporaryDirectory();
        foreach (var place in (string[])["lease-expiry=kill", "before-log-write=3*kill", "before-sync=3*kill", "after-sync=3*kill", "after-publish=3*kill"])
        {
            var data = directory.File(place.Split('=')[0]);
            await using (var before = await ServerProcess.StartStoreAsync(data, "--failpoints", place))
            {
                await GrantAsync(before, 1, 2);
                await PutAsync(before, "a", 1);     // the third batch is the expiry's
                await before.ExitAsync();
            }

            await using var store = await ServerProcess.StartStoreAsync(data);
            var life = await TimeToLiveAsync(store, 1);
            // As of that answer: the lease goes on to run out meanwhile.
            Assert.Equal(life.TTL == -1 ? 0 : 1, (await EverythingAsync(store, life.Header.Revision)).Count);
            await Patience.UntilAsync(async () => (await EverythingAsync(store)).Count == 0, "the end of the lease");
            Assert.Equal(-1, (await TimeToLiveAsync(store, 1)).TTL);
        }
    }

    internal static async Task GrantAsync(ServerProcess store, long id, long ttl) =>
        Assert.Equal((id, ttl), await store.Lease.LeaseGrantAsync(new LeaseGrantRequest { ID = id, TTL = ttl }) is var answer ? (answer.ID, answer.TTL) : default);

    internal static async Task PutAsync(ServerProcess store, string key, long lease) =>
        await store.Kv.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Lease = lease });

    internal static async Task<LeaseTimeToLiveResponse> TimeToLiveAsync(ServerProcess store, long id) =>
        await store.Lease.LeaseTimeToLiveAsync(new LeaseTimeToLiveRequest { ID = id, Keys = true });

    internal static async Task<IList<KeyValue>> EverythingAsync(ServerProcess store, long revision = 0) =>
        (await store.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), Revision = revision })).Kvs;

    private static async Task SendAsync(IClientStreamWriter<LeaseKeepAliveRequest> requests, List<int> ids, TimeSpan pause, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            foreach (var id in ids) await requests.WriteAsync(new LeaseKeepAliveRequest { ID = id }, CancellationToken.None);
            await Task.Delay(pause, ended).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        await requests.CompleteAsync();
    }

    private static async Task<List<LeaseKeepAliveResponse>> CollectAsync(IAsyncStreamReader<LeaseKeepAliveResponse> answers)
    {
        var all = new List<LeaseKeepAliveResponse>();
        await foreach (var answer in answers.ReadAllAsync()) all.Add(answer);
        return all;
    }
}
