using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Faults;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Traffic;

namespace MiniK8s.Robustness.Tests.Runs;

/// <summary>How large a run is.</summary>
internal sealed record RunSize
{
    /// <summary>Answered calls before the fault, and again after it.</summary>
    public int Calls { get; init; } = 700;

    /// <summary>Calls a second that the traffic must have reached, in some second before the fault.</summary>
    public int Rate { get; init; } = 100;

    /// <summary>Clients that write and read, and clients that watch.</summary>
    public int Clients { get; init; } = 8;
}

/// <summary>One run: traffic, a fault in the middle, traffic; then the hashes over a defragmentation and one more restart, and the log. Everything is recorded.</summary>
internal sealed class RobustnessRun(string profile, Fault fault, int seed, RunSize size, bool isEtcd = false)
{
    private static readonly ByteString All = ByteString.CopyFrom(0);
    private readonly HistoryRecorder _recorder = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LogRevisionLine> _auditedLog = [];
    private long _audited = 1;
    private long _end = long.MaxValue;

    /// <summary>Runs in a directory of its own.</summary>
    /// <returns>The history.</returns>
    /// <exception cref="TooSlowException">The traffic never got dense enough to be worth judging.</exception>
    public async Task<IReadOnlyCollection<HistoryLine>> RecordAsync(string directory)
    {
        await using var server = new TestServer(directory, isEtcd, _recorder);
        await server.StartAsync();
        Task[] load = [.. Load(server)];
        var audit = new Watchers(server, _recorder, mayAskProgress: false).ResumeAsync(Audit, last => last >= Volatile.Read(ref _end));
        try
        {
            await WarmUpAsync();
            await fault(server, AnsweredAsync, new Random(seed));
            await AnsweredAsync(size.Calls);
        }
        finally
        {
            await _stop.CancelAsync();
            await Task.WhenAll(load).OrMissing($"the end of the clients; the server said:\n{server.Output}");
        }
        await EndAsync(server, audit);
        IEnumerable<HistoryLine> log = isEtcd ? _auditedLog : LogDump.Read(server.DataDirectory);
        foreach (var line in log) _recorder.Add(line);
        return _recorder.Lines;
    }

    private IEnumerable<Task> Load(TestServer server)
    {
        for (var id = 1; id <= size.Clients; id++) yield return LoopAsync(Profiles.All[profile](Client(server, id)));
        var watchers = new Watchers(server, _recorder, mayAskProgress: !isEtcd);
        for (var id = 1; id <= size.Clients; id++) yield return Task.Run(() => watchers.RoamAsync((seed * 1000) + id, _stop.Token));
        yield return Task.Run(() => watchers.StallAsync(_stop.Token));
        yield return Task.Run(NoteStandstillsAsync);
        // A log made up from a watch must not lose anything to compaction.
        yield return new Compactor(Client(server, 90), () => isEtcd ? Volatile.Read(ref _audited) : long.MaxValue, mayDefragment: !isEtcd).RunAsync(_stop.Token);
    }

    private TrafficClient Client(TestServer server, int id) => new(server, _recorder, id, (seed * 100) + id);

    private Task LoopAsync(IClientLoop loop) => Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested) await loop.StepAsync();
    });

    // Where the whole machine stands still no lease ends in time, and what comes first afterwards still finds its keys: a fault like any other.
    private async Task NoteStandstillsAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var before = _recorder.Now;
            await Task.Delay(100, CancellationToken.None);
            if (_recorder.Now is var now && now - before > 500_000) _recorder.Add(new FaultLine("standstill", before, now));
        }
    }

    private void Audit(WatchResponse response)
    {
        foreach (var revision in response.Events.GroupBy(shown => shown.Kv.ModRevision))
        {
            _auditedLog.Add(new LogRevisionLine(revision.Key, [.. revision.Select(shown => shown.Kv)]));
            Volatile.Write(ref _audited, revision.Key);
        }
    }

    // Goes on until enough was answered and a second was dense enough; a busy machine just takes longer.
    private async Task WarmUpAsync()
    {
        var (best, begin) = (0, _recorder.Now);
        while (_recorder.Answered < size.Calls || best < size.Rate)
        {
            if (_recorder.Now - begin > 60_000_000) throw new TooSlowException($"too slow to judge: {_recorder.Answered} calls in 60 s, {best} in the best second");
            var (answered, second) = (_recorder.Answered, _recorder.Now);
            await Task.Delay(500);
            best = int.Max(best, (int)((_recorder.Answered - answered) * 1_000_000L / (_recorder.Now - second)));
        }
    }

    private async Task AnsweredAsync(int more)
    {
        var (goal, begin) = (_recorder.Answered + more, _recorder.Now);
        while (_recorder.Answered < goal)
        {
            if (_recorder.Now - begin > 120_000_000) throw new TooSlowException($"too slow to judge: no {more} calls in 120 s");
            await Task.Delay(20);
        }
    }

    // The hash of everything before and after a defragmentation and one more restart, with nobody about.
    private async Task EndAsync(TestServer server, Task audit)
    {
        var client = Client(server, 99);
        var last = await LastPutAsync(client);
        await client.HashAsync(new HashKVRequest { Revision = last.Header.Revision });
        await (await server.ConnectAsync()).Maintenance.DefragmentAsync(new DefragmentRequest());
        await client.HashAsync(new HashKVRequest { Revision = last.Header.Revision });
        await server.StopAsync();
        await server.StartAsync();
        await client.HashAsync(new HashKVRequest { Revision = last.Header.Revision });
        await client.RangeAsync(new RangeRequest { Key = All, RangeEnd = All });
        // A lease may have run out after the last put, and an answer have shown it.
        var end = _recorder.Newest;
        Volatile.Write(ref _end, end);
        await audit.OrMissing($"the end of the log's watcher, at revision {end}");
        await server.StopAsync();
    }

    // On a disk that stands still for a while a put runs out of time. Its outcome stays open; the next one has another value.
    private async Task<PutResponse> LastPutAsync(TrafficClient client)
    {
        for (var begin = _recorder.Now; _recorder.Now - begin < 60_000_000;)
        {
            if (await client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8("the end"), Value = client.NextValue() }) is { } answer) return answer;
        }
        throw new TooSlowException("too slow to judge: no put was answered for 60 s");
    }
}

/// <summary>The machine was too busy for a run to mean anything.</summary>
internal sealed class TooSlowException(string message) : Exception(message);
