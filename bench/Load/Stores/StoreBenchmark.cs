using System.Globalization;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>Our store beside a real etcd: the same client, the same machine, the same minutes, turn and turn about.</summary>
/// <remarks>Both sync every write. A row reads: store, etcd, and how the one is to the other.</remarks>
internal static class StoreBenchmark
{
    private static readonly int[] ClientCounts = [1, 16, 128, 1000];
    private static readonly int[] ValueSizes = [256, 2048];
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private const int Rounds = 3;
    private const int MemoryAfter = 500_000;
    private const int MemoryClients = 128;
    private const int DeliveriesInTurn = 300_000;
    private const int LeastWritesInTurn = 300;
    private const int MostWritesInTurn = 30_000;
    private static readonly TimeSpan MemoryTurn = TimeSpan.FromMinutes(1);

    /// <summary>Runs the cells whose name (<c>put/16/256</c>) begins with one of the filters; all when there is none.</summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> filters)
    {
        var rows = new List<Row>();
        foreach (var operation in Operation.All)
        {
            foreach (var size in ValueSizes)
            {
                int[] counts = [.. ClientCounts.Where(clients => IsWanted(Cell(operation, clients, size), filters))];
                if (counts.Length > 0) rows.AddRange(await RunAsync(operation, counts, size));
            }
        }
        foreach (var size in ValueSizes)
        {
            int[] counts = [.. ClientCounts.Where(watchers => IsWanted(WatchCell(watchers, size), filters))];
            if (counts.Length > 0) rows.AddRange(await RunWatchAsync(counts, size));
        }
        if (IsWanted("watch/paced", filters)) rows.AddRange(await WatchFanOut.RunAsync());
        return rows;
    }

    private static async Task<List<Row>> RunWatchAsync(int[] counts, int size)
    {
        await using var store = await EtcdApiServer.StartStoreAsync();
        await using var etcd = await EtcdApiServer.StartEtcdAsync();
        var rows = new List<Row>();
        foreach (var watchers in counts)
        {
            LoopResult[] results = [new(), new()];
            var loops = await Task.WhenAll(WatchLoop.OpenAsync(store, watchers, size), WatchLoop.OpenAsync(etcd, watchers, size));
            var writes = int.Clamp(DeliveriesInTurn / watchers, LeastWritesInTurn, MostWritesInTurn);
            foreach (var loop in loops) await loop.RunAsync(writes, new LoopResult());
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < loops.Length; i++) await loops[i].RunAsync(writes, results[i]);
            }
            foreach (var loop in loops) loop.Dispose();
            rows.Add(new Row(WatchCell(watchers, size), Compare(results[0], results[1])));
            await Console.Error.WriteLineAsync($"{rows[^1].Measure}: {rows[^1].Value}");
        }
        return rows;
    }

    private static async Task<List<Row>> RunAsync(Operation operation, int[] counts, int size)
    {
        var value = ByteString.CopyFrom(RandomBytes(size));
        await using var store = await EtcdApiServer.StartStoreAsync();
        await using var etcd = await EtcdApiServer.StartEtcdAsync();
        EtcdApiServer[] servers = [store, etcd];
        var numbers = servers.ToDictionary(server => server, _ => new Counter());
        foreach (var server in servers) await WarmAsync(server, operation, value, numbers[server]);
        var rows = new List<Row>();
        foreach (var clients in counts)
        {
            var results = await RunCellAsync(operation, clients, value, servers, numbers);
            rows.Add(new Row(Cell(operation, clients, size), Compare(results[0], results[1])));
            await Console.Error.WriteLineAsync($"{rows[^1].Measure}: {rows[^1].Value}");
        }
        if (!operation.IsWrite) return rows;
        rows.Add(new Row($"{operation.Name}, {size} B: resident after {MemoryAfter} writes", await CompareMemoryAsync(operation, value, servers, numbers)));
        rows.Add(new Row($"{operation.Name}, {size} B: resident per write, a minute later", await CompareMemoryPerWriteAsync(operation, value, servers, numbers)));
        foreach (var row in rows[^2..]) await Console.Error.WriteLineAsync($"{row.Measure}: {row.Value}");
        return rows;
    }

    // The keys that are read must be there, and a process that has just started still compiles its code.
    private static async Task WarmAsync(EtcdApiServer server, Operation operation, ByteString value, Counter numbers)
    {
        using var channel = server.Connect();
        await Operation.FillAsync(new KV.KVClient(channel), value);
        using var loop = await ClosedLoop.OpenAsync(server, operation, clients: 32);
        await loop.RunAsync(value, WarmUp, numbers, new LoopResult());
    }

    private static async Task<LoopResult[]> RunCellAsync(
        Operation operation, int clients, ByteString value, EtcdApiServer[] servers, Dictionary<EtcdApiServer, Counter> numbers)
    {
        LoopResult[] results = [.. servers.Select(_ => new LoopResult())];
        var loops = await Task.WhenAll(servers.Select(server => ClosedLoop.OpenAsync(server, operation, clients)));
        for (var i = 0; i < servers.Length; i++) await loops[i].WarmAsync(value, int.Max(10, 2000 / clients), numbers[servers[i]]);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < servers.Length; i++) await loops[i].RunAsync(value, Turn, numbers[servers[i]], results[i]);
        }
        foreach (var loop in loops) loop.Dispose();
        return results;
    }

    private static string Compare(LoopResult store, LoopResult etcd) => string.Create(
        CultureInfo.InvariantCulture,
        $"{store.PerSecond:0}/s : {etcd.PerSecond:0}/s = **{store.PerSecond / etcd.PerSecond:0.00}**; CPU {store.CpuMicroseconds:0} : {etcd.CpuMicroseconds:0} us = **{store.CpuMicroseconds / etcd.CpuMicroseconds:0.00}**; p99 {Show(store.P99)} : {Show(etcd.P99)} ms; slowest {Show(store.Slowest)} : {Show(etcd.Slowest)} ms");

    // The faster server has done more by now; memory is compared after as many writes of either.
    private static async Task<string> CompareMemoryAsync(Operation operation, ByteString value, EtcdApiServer[] servers, Dictionary<EtcdApiServer, Counter> numbers)
    {
        foreach (var server in servers)
        {
            using var loop = await ClosedLoop.OpenAsync(server, operation, clients: 32);
            await loop.RunToAsync(value, MemoryAfter, numbers[server]);
        }
        double[] mebibytes = [.. servers.Select(server => server.Memory / 1048576.0)];
        return string.Create(CultureInfo.InvariantCulture, $"{mebibytes[0]:0} : {mebibytes[1]:0} MiB = **{mebibytes[0] / mebibytes[1]:0.00}**");
    }

    // After as much time for either, with the load of a busy cluster: what the faster one has served counts for it.
    private static async Task<string> CompareMemoryPerWriteAsync(Operation operation, ByteString value, EtcdApiServer[] servers, Dictionary<EtcdApiServer, Counter> numbers)
    {
        var (bytes, text) = (new List<double>(), new List<string>());
        foreach (var server in servers)
        {
            using var loop = await ClosedLoop.OpenAsync(server, operation, MemoryClients);
            await loop.RunAsync(value, MemoryTurn, numbers[server], new LoopResult());
            bytes.Add((double)server.Memory / numbers[server].Last);
            text.Add(string.Create(CultureInfo.InvariantCulture, $"{bytes[^1]:0} B ({server.Memory / 1048576.0:0} MiB, {numbers[server].Last} writes)"));
        }
        return string.Create(CultureInfo.InvariantCulture, $"{text[0]} : {text[1]} = **{bytes[0] / bytes[1]:0.00}**");
    }

    private static string Cell(Operation operation, int clients, int size) => $"{operation.Name}/{clients}/{size}";

    private static string WatchCell(int watchers, int size) => $"watch/{watchers}/{size}";

    private static bool IsWanted(string cell, IReadOnlyList<string> filters) =>
        filters.Count == 0 || filters.Any(filter => cell.StartsWith(filter, StringComparison.Ordinal));

    private static string Show(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static byte[] RandomBytes(int size)
    {
        var bytes = new byte[size];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
