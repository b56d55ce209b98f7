using System.Diagnostics;

using Google.Protobuf;

namespace MiniK8s.Load.Stores;

/// <summary>Clients, each on a connection of its own, each sending its next request when the last one was answered.</summary>
internal sealed class ClosedLoop : IDisposable
{
    private readonly EtcdApiServer _server;
    private readonly Operation _operation;
    private readonly UnaryCaller[] _callers;

    private ClosedLoop(EtcdApiServer server, Operation operation, UnaryCaller[] callers) => (_server, _operation, _callers) = (server, operation, callers);

    public static async Task<ClosedLoop> OpenAsync(EtcdApiServer server, Operation operation, int clients)
    {
        var callers = new UnaryCaller[clients];
        for (var i = 0; i < clients; i++) callers[i] = await UnaryCaller.ConnectAsync(server.Address, operation.Method);
        return new ClosedLoop(server, operation, callers);
    }

    /// <summary>Every client sends so many requests before anything is counted: connections are open and code is warm.</summary>
    public Task WarmAsync(ByteString value, int requests, Counter numbers) =>
        Task.WhenAll(_callers.Select(async caller =>
        {
            for (var i = 0; i < requests; i++) await caller.CallAsync(_operation.Request(numbers.Next(), value));
        }));

    /// <summary>Goes on until so many numbers are used up.</summary>
    public Task RunToAsync(ByteString value, long last, Counter numbers) =>
        Task.WhenAll(_callers.Select(async caller =>
        {
            for (var number = numbers.Next(); number <= last; number = numbers.Next()) await caller.CallAsync(_operation.Request(number, value));
        }));

    /// <summary>Runs for a while, and adds what happened to the result, with the CPU time of what the server put off meanwhile.</summary>
    public async Task RunAsync(ByteString value, TimeSpan duration, Counter numbers, LoopResult result)
    {
        var (cpu, began) = (_server.Cpu, Stopwatch.GetTimestamp());
        var end = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(_callers.Select(caller => LoopAsync(caller, value, end, numbers)));
        var time = Stopwatch.GetElapsedTime(began);
        result.Add(latencies, time, await _server.CpuAtRestAsync() - cpu);
    }

    public void Dispose()
    {
        foreach (var caller in _callers) caller.Dispose();
    }

    private async Task<List<TimeSpan>> LoopAsync(UnaryCaller caller, ByteString value, long end, Counter numbers)
    {
        var latencies = new List<TimeSpan>();
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            if (sent >= end) return latencies;
            await caller.CallAsync(_operation.Request(numbers.Next(), value));
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
