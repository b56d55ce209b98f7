using System.Globalization;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>200 watchers of one prefix while 1,000 writes a second are made: the time from a put's sending, its commit included, to each delivery.</summary>
internal static class WatchFanOut
{
    private const int Watchers = 200;
    private const int Connections = 4;
    private const int WritesPerSecond = 1000;
    private const int ValueBytes = 256;
    private const int Seconds = 10;
    private const int WarmUpSeconds = 5;

    public static async Task<IReadOnlyList<Row>> RunAsync()
    {
        await using var store = await EtcdApiServer.StartStoreAsync();
        await using var etcd = await EtcdApiServer.StartEtcdAsync();
        var (ours, theirs) = (await MeasureAsync(store), await MeasureAsync(etcd));
        return [new Row($"watch: {Watchers} watchers, {WritesPerSecond} writes/s", $"store {ours}; etcd {theirs}")];
    }

    private static async Task<string> MeasureAsync(EtcdApiServer server)
    {
        using var channel = server.Connect();
        var kv = new KV.KVClient(channel);
        var request = await WatchedKeys.FromNowOnAsync(kv);
        var listeners = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(_ => WatchListener.OpenAsync(server.Address, Watchers / Connections, "/etcdserverpb.Watch/Watch", request)));
        await RunAsync(listeners, kv, WritesPerSecond * WarmUpSeconds);
        var (goal, cpu) = (WritesPerSecond * Seconds, server.Cpu);
        var (latencies, responses) = await RunAsync(listeners, kv, goal);
        var spent = server.Cpu - cpu;
        foreach (var listener in listeners) listener.Dispose();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Percentiles.At(latencies, 50).TotalMilliseconds:0.0} ms, p99 {Percentiles.At(latencies, 99).TotalMilliseconds:0.0} ms, slowest {latencies[^1].TotalMilliseconds:0.0} ms, CPU {spent.TotalMicroseconds / goal:0} us a write, {(double)latencies.Count / responses:0.0} events a response");
    }

    private static async Task<(List<TimeSpan> Latencies, int Responses)> RunAsync(WatchListener[] listeners, KV.KVClient kv, int writes)
    {
        var hearing = listeners.Select(listener => listener.HearAsync(writes)).ToList();
        await OpenLoop.RunAsync(WritesPerSecond, writes, async number => await kv.PutAsync(WatchedKeys.Put(number, ValueBytes)));
        var heard = await Task.WhenAll(hearing);
        return ([.. heard.SelectMany(some => some.Latencies).Order()], heard.Sum(some => some.Responses));
    }
}
