using System.Diagnostics;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>Watchers of one prefix, each on a connection of its own, while clients write. What is counted is deliveries.</summary>
/// <remarks>
/// A closed loop, as the other operations are: a client writes again when all watchers have heard of a write. Clients that only wait for their answers
/// run ahead of what two cores can deliver, and the times grow with the length of the round, whatever the server.
/// </remarks>
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

    /// <summary>Makes so many writes, and adds the deliveries: their times are from a put's sending, its commit included.</summary>
    public async Task RunAsync(int writes, LoopResult result)
    {
        var (cpu, began, round) = (_server.Cpu, Stopwatch.GetTimestamp(), new Round(writes, _listeners.Length));
        var hearing = _listeners.Select(listener => listener.HearAsync(writes, round.Hear)).ToList();
        var writing = _writers.Select(writer => WriteAsync(writer, round));
        await foreach (var one in Task.WhenEach([.. writing, .. hearing])) await one;        // the first failure; the others would wait for ever
        var time = Stopwatch.GetElapsedTime(began);
        result.Add(hearing.Select(one => one.Result.Latencies.ToList()), time, await _server.CpuAtRestAsync() - cpu);
    }

    public void Dispose()
    {
        foreach (var writer in _writers) writer.Dispose();
        foreach (var listener in _listeners) listener.Dispose();
    }

    private async Task WriteAsync(UnaryCaller writer, Round round)
    {
        while (await round.NextAsync() is { } number) await writer.CallAsync(WatchedKeys.Put(number, _valueBytes));
    }

    /// <summary>The writes of one round, of which <see cref="Writers"/> are on their way at a time: a write is over when its last watcher has heard of it.</summary>
    private sealed class Round(int writes, int watchers)
    {
        private readonly SemaphoreSlim _room = new(Writers);
        private readonly int[] _heard = new int[writes];
        private readonly Counter _numbers = new();

        /// <summary>The next write as soon as it may leave; null when all have left.</summary>
        public async ValueTask<long?> NextAsync()
        {
            await _room.WaitAsync();
            if (_numbers.Next() is var number && number <= writes) return number;
            _room.Release();
            return null;
        }

        /// <summary>A watcher has heard of an event. All hear of all in the same order, so the place says which one.</summary>
        public void Hear(int place)
        {
            if (Interlocked.Increment(ref _heard[place]) == watchers) _room.Release();
        }
    }
}
