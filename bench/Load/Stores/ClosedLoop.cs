using System.Diagnostics;

using Google.Protobuf;

using Grpc.Net.Client;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>Clients, each on a connection of its own, each sending its next request when the last one was answered.</summary>
internal sealed class ClosedLoop : IDisposable
{
    private readonly EtcdApiServer _server;
    private readonly GrpcChannel[] _channels;
    private readonly KV.KVClient[] _clients;

    public ClosedLoop(EtcdApiServer server, int clients)
    {
        _server = server;
        _channels = [.. Enumerable.Range(0, clients).Select(_ => server.Connect())];
        _clients = [.. _channels.Select(channel => new KV.KVClient(channel))];
    }

    /// <summary>Every client sends so many requests before anything is counted: connections are open and code is warm.</summary>
    public Task WarmAsync(Operation operation, ByteString value, int requests, Counter numbers) =>
        Task.WhenAll(_clients.Select(async client =>
        {
            for (var i = 0; i < requests; i++) await operation.SendAsync(client, numbers.Next(), value);
        }));

    /// <summary>Goes on until so many numbers are used up.</summary>
    public Task RunToAsync(Operation operation, ByteString value, long last, Counter numbers) =>
        Task.WhenAll(_clients.Select(async client =>
        {
            for (var number = numbers.Next(); number <= last; number = numbers.Next()) await operation.SendAsync(client, number, value);
        }));

    /// <summary>Runs for a while, and adds what happened to the result, with the CPU time of what the server put off meanwhile.</summary>
    public async Task RunAsync(Operation operation, ByteString value, TimeSpan duration, Counter numbers, LoopResult result)
    {
        var (cpu, began) = (_server.Cpu, Stopwatch.GetTimestamp());
        var end = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(_clients.Select(client => LoopAsync(operation, client, value, end, numbers)));
        var time = Stopwatch.GetElapsedTime(began);
        result.Add(latencies, time, await _server.CpuAtRestAsync() - cpu);
    }

    public void Dispose()
    {
        foreach (var channel in _channels) channel.Dispose();
    }

    private static async Task<List<TimeSpan>> LoopAsync(Operation operation, KV.KVClient client, ByteString value, long end, Counter numbers)
    {
        var latencies = new List<TimeSpan>();
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            if (sent >= end) return latencies;
            await operation.SendAsync(client, numbers.Next(), value);
            latencies.Add(Stopwatch.GetElapsedTime(sent));
        }
    }
}

/// <summary>Numbers that no two requests share.</summary>
internal sealed class Counter
{
    private long _last;

    /// <summary>The newest of them; how many there are.</summary>
    public long Last => Interlocked.Read(ref _last);

    public long Next() => Interlocked.Increment(ref _last);
}

/// <summary>What the rounds of one cell of the table gave together.</summary>
internal sealed class LoopResult
{
    private readonly List<TimeSpan> _latencies = [];
    private TimeSpan _time;
    private TimeSpan _cpu;

    public double PerSecond => _latencies.Count / _time.TotalSeconds;

    /// <summary>The server's CPU time for one request, in microseconds.</summary>
    public double CpuMicroseconds => _cpu.TotalMicroseconds / _latencies.Count;

    public TimeSpan P99 => Percentiles.At([.. _latencies.Order()], 99);

    public TimeSpan Slowest => _latencies.Max();

    public void Add(IEnumerable<List<TimeSpan>> latencies, TimeSpan time, TimeSpan cpu)
    {
        foreach (var some in latencies) _latencies.AddRange(some);
        (_time, _cpu) = (_time + time, _cpu + cpu);
    }
}
