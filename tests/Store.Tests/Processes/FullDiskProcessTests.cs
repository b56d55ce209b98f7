using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The real process on a disk that is really full.</summary>
public sealed class FullDiskProcessTests
{
    [TmpfsFact]
    public async Task DiskFull_WritesAreRefusedReadsAndWatchesServed_AndItPassesWhenThereIsRoomAgain()
    {
        using var disk = new SmallDisk(16);
        var answered = new Dictionary<string, long>();
        await using (var store = await ServerProcess.StartStoreAsync(disk.Root, "--segment-bytes", "1000000"))
        {
            using var watch = store.Watch.Watch();
            await watch.RequestStream.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Bytes("k"), RangeEnd = Bytes("l") } });
            await PutAsync(store, "first", answered);

            disk.Fill();
            var refusal = await Assert.ThrowsAsync<RpcException>(() => PutUntilRefusedAsync(store, answered));

            Assert.Equal((StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"), (refusal.StatusCode, refusal.Status.Detail));
            await CheckAsync(store, answered);
            await ReadEventsAsync(watch, answered.Count(put => put.Key.StartsWith('k')));
            Assert.Equal([AlarmType.Nospace], await AlarmsAsync(store));

            disk.Free();
            await new Protocol.Etcd.Maintenance.MaintenanceClient(store.Channel).AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = AlarmType.Nospace });
            for (var i = 0; i < 20; i++) await PutAsync(store, $"after{i}", answered, 100_000);
            Assert.Empty(await AlarmsAsync(store));
            await CheckAsync(store, answered);

            disk.Fill();
            await Assert.ThrowsAsync<RpcException>(() => PutUntilRefusedAsync(store, answered));
            await store.KillAsync();
        }
        // It starts on the full disk and serves what it has.
        await using (var full = await ServerProcess.StartStoreAsync(disk.Root, "--segment-bytes", "1000000"))
        {
            await CheckAsync(full, answered);
        }
        disk.Free();
        await using var last = await ServerProcess.StartStoreAsync(disk.Root, "--segment-bytes", "1000000");
        await CheckAsync(last, answered);
        await PutAsync(last, "end", answered);
    }

    private static async Task PutUntilRefusedAsync(ServerProcess store, Dictionary<string, long> answered)
    {
        for (var i = 0; i < 1000; i++) await PutAsync(store, $"k{answered.Count}", answered, 100_000);
    }

    private static async Task PutAsync(ServerProcess store, string key, Dictionary<string, long> answered, int size = 10) =>
        answered[key] = (await store.Kv.PutAsync(new PutRequest { Key = Bytes(key), Value = ByteString.CopyFrom(new byte[size]) })).Header.Revision;

    private static async Task CheckAsync(ServerProcess store, Dictionary<string, long> answered)
    {
        var all = await store.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), KeysOnly = true });
        Assert.Equal(answered.OrderBy(put => put.Value), all.Kvs.Select(kv => KeyValuePair.Create(kv.Key.ToStringUtf8(), kv.ModRevision)).OrderBy(put => put.Value));
        Assert.Equal(answered.Values.Max(), all.Header.Revision);
    }

    private static async Task ReadEventsAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> watch, int count)
    {
        for (var seen = 0; seen < count; seen += watch.ResponseStream.Current.Events.Count)
        {
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).OrMissing($"event {seen + 1} of {count}"));
        }
    }

    private static async Task<List<AlarmType>> AlarmsAsync(ServerProcess store)
    {
        var response = await new Protocol.Etcd.Maintenance.MaintenanceClient(store.Channel).AlarmAsync(new AlarmRequest());
        return [.. response.Alarms.Select(alarm => alarm.Alarm)];
    }

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
