using System.Diagnostics;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>Watchers of one prefix, each on a connection of its own, while clients write as fast as they are answered. What is counted is deliveries.</summary>
internal sealed class WatchLoop : IDisposable
{
    private const int Writers = 16;

    private readonly EtcdApiServer _server;
    private readonly UnaryCaller[] _writers;
    private readonly WatchListener[] _listeners;
    private readonly int _valueBytes;

    private WatchLoop(EtcdApiServer server, UnaryCaller[] writers, WatchListener[] listeners, int valueBytes) =>
        (_server, _writers, _listeners, _valueBytes) = (server, writers, listeners, valueBytes);

    public static async Task<WatchLoop> OpenAsync(EtcdApiServer server, int watchers, int valueBytes)
    {
        using var channel = server.Connect();
        var request = await WatchedKeys.FromNowOnAsync(new KV.KVClient(channel));
        var (writers, listeners) = (new UnaryCaller[Writers], new WatchListener[watchers]);
        for (var i = 0; i < Writers; i++) writers[i] = await UnaryCaller.ConnectAsync(server.Address, "/etcdserverpb.KV/Put");
        for (var i = 0; i < watchers; i++) listeners[i] = await WatchListener.OpenAsync(server.Address, 1, "/etcdserverpb.Watch/Watch", request);
        return new WatchLoop(server, writers, listeners, valueBytes);
    }

    /// <summary>Makes so many writes, waits until every watcher has heard of each, and adds the deliveries: their times are from a put's sending, its commit included.</summary>
    public async Task RunAsync(int writes, LoopResult result)
    {
        var (cpu, began, numbers) = (_server.Cpu, Stopwatch.GetTimestamp(), new Counter());
        var hearing = _listeners.Select(listener => listener.HearAsync(writes)).ToList();
        await Task.WhenAll(_writers.Select(writer => WriteAsync(writer, numbers, writes)));
        var heard = await Task.WhenAll(hearing);
        var time = Stopwatch.GetElapsedTime(began);
        result.Add(heard.Select(one => one.Latencies.ToList()), time, await _server.CpuAtRestAsync() - cpu);
    }

    public void Dispose()
    {
        foreach (var writer in _writers) writer.Dispose();
        foreach (var listener in _listeners) listener.Dispose();
    }

    private async Task WriteAsync(UnaryCaller writer, Counter numbers, int last)
    {
        for (var number = numbers.Next(); number <= last; number = numbers.Next()) await writer.CallAsync(WatchedKeys.Put(number, _valueBytes));
    }
}
