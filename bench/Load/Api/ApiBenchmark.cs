using System.Globalization;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Load.Api;

/// <summary>The apiserver under load: 5,000 Pods and mixed requests, then 10,000 Pods and 20 clients that list them all, then 1,000 watchers.</summary>
/// <remarks>Requests are REST over TLS with JSON, as kubectl and client libraries send them; the watchers are gRPC streams, read by <see cref="WatchListener"/>.</remarks>
internal static class ApiBenchmark
{
    private const int Pods = 5_000;
    private const int MixedPerSecond = 200;
    private const int MixedSeconds = 60;
    private const int Lists = 10;
    private const int ListedPods = 10_000;
    private const int ListingClients = 20;
    private const int ListingRounds = 3;
    private const int Watchers = 1_000;
    private const int Connections = 10;
    private const int WritesPerSecond = 100;
    private const int WatchSeconds = 20;
    private const int WatchWarmUpSeconds = 20;
    private const int Gets = 5_000;

    /// <summary>Runs the parts that are named (mixed, list, get, watch, together); all, in this order, when none is.</summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> parts)
    {
        await using var lab = await Lab.StartAsync(null, "--nodes", "1");
        using var pods = new PodRequests(lab);
        using var server = new ApiServerProcess(lab);
        var all = new (string Name, Func<Task<IReadOnlyList<Row>>> RunAsync)[]
        {
            ("mixed", () => MixedAsync(pods)),
            ("list", () => ListAsync(pods, server)),
            ("get", () => GetAllocationsAsync(pods, server)),
            ("watch", () => WatchAsync(lab, pods, server)),
            ("together", () => ListTogetherAsync(lab, pods, server)),
        };
        await pods.FillAsync(0, Pods);
        var rows = new List<Row>();
        foreach (var (name, runAsync) in all.Where(part => parts.Count == 0 || parts.Contains(part.Name)))
        {
            foreach (var row in await runAsync())
            {
                await Console.Error.WriteLineAsync($"{name}: {row.Measure}: {row.Value}");      // a long run that fails has told this much
                rows.Add(row);
            }
        }
        return rows;
    }

    // Of ten requests five get, two patch, one creates, one deletes what another has created a second before, one lists a hundredth.
    private static async Task<IReadOnlyList<Row>> MixedAsync(PodRequests pods)
    {
        var (reads, writes, lists) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        var random = new Random(1);
        async Task TimeAsync(List<TimeSpan> latencies, Task<TimeSpan> request)
        {
            var latency = await request;
            lock (latencies) latencies.Add(latency);
        }

        await OpenLoop.RunAsync(MixedPerSecond, MixedPerSecond * MixedSeconds, number => (number % 10) switch
        {
            0 => TimeAsync(writes, pods.CreateAsync(Pods + number)),
            1 when number > MixedPerSecond => TimeAsync(writes, pods.DeleteAsync(Pods + number - 1 - MixedPerSecond)),
            2 or 3 => TimeAsync(writes, pods.PatchAsync(random.Next(Pods))),
            4 => TimeAsync(lists, pods.ListAsync($"?labelSelector=shard%3Ds{number / 10 % 100}")),
            _ => TimeAsync(reads, pods.GetAsync(random.Next(Pods))),
        });
        return
        [
            new Row($"{Pods} Pods, {MixedPerSecond} mixed requests/s for {MixedSeconds} s: get", Percentiles.Show(reads)),
            new Row("the same: create, patch, delete", Percentiles.Show(writes)),
            new Row("the same: list of a label that 50 Pods bear", Percentiles.Show(lists)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> ListAsync(PodRequests pods, ApiServerProcess server)
    {
        var (latencies, before) = (new List<TimeSpan>(), await server.AllocatedAsync());
        for (var i = 0; i < Lists; i++) latencies.Add(await pods.ListAsync());
        var bytes = await server.AllocatedAsync() - before;
        return
        [
            new Row($"list of {Pods} Pods, one at a time", Percentiles.Show(latencies)),
            new Row("allocated for such a list", string.Create(CultureInfo.InvariantCulture, $"{bytes / Lists / 1024 / 1024:0.0} MiB")),
        ];
    }

    private static async Task<IReadOnlyList<Row>> GetAllocationsAsync(PodRequests pods, ApiServerProcess server)
    {
        var before = await server.AllocatedAsync();
        for (var i = 0; i < Gets; i++) await pods.GetAsync(i % Pods);
        var bytes = await server.AllocatedAsync() - before;
        return [new Row("allocated for a get", string.Create(CultureInfo.InvariantCulture, $"{bytes / Gets / 1024:0.0} KiB"))];
    }

    private static async Task<IReadOnlyList<Row>> WatchAsync(Lab lab, PodRequests pods, ApiServerProcess server)
    {
        var now = await lab.Api.Resource<Protocol.Core.V1.Pod>().ListAsync("default", new ListOptions { Limit = 1 }, CancellationToken.None);
        var request = new WatchRequest { Namespace = "default", Options = new ListOptions { ResourceVersion = now.ResourceVersion } };
        var listeners = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(_ => WatchListener.OpenAsync(server.Grpc, Watchers / Connections, "/minik8s.v1.Pods/Watch", request)));
        await HearAsync(listeners, pods, WatchWarmUpSeconds * WritesPerSecond);
        var (allocated, cpu) = (await server.AllocatedAsync(), server.Cpu);
        var latencies = await HearAsync(listeners, pods, WatchSeconds * WritesPerSecond);
        var (bytes, spent) = (await server.AllocatedAsync() - allocated, server.Cpu - cpu);
        foreach (var listener in listeners) listener.Dispose();
        return
        [
            new Row($"{Watchers} watchers, {WritesPerSecond} writes/s, from a patch's sending to each delivery", Percentiles.Show(latencies)),
            new Row("the same, for an event delivered, its share of the write included", string.Create(
                CultureInfo.InvariantCulture, $"{bytes / latencies.Count:0} B allocated, {spent.TotalMicroseconds / latencies.Count:0.0} us of CPU")),
        ];
    }

    private static async Task<IReadOnlyList<TimeSpan>> HearAsync(WatchListener[] listeners, PodRequests pods, int writes)
    {
        var hearing = listeners.Select(listener => listener.HearAsync(writes)).ToList();
        await OpenLoop.RunAsync(WritesPerSecond, writes, pods.PatchAsync);
        return [.. (await Task.WhenAll(hearing)).SelectMany(heard => heard.Latencies)];
    }

    private static async Task<IReadOnlyList<Row>> ListTogetherAsync(Lab lab, PodRequests pods, ApiServerProcess server)
    {
        await pods.FillAsync(2 * ListedPods, (3 * ListedPods) - Pods);
        PodRequests[] clients = [.. Enumerable.Range(0, ListingClients).Select(_ => new PodRequests(lab))];
        var latencies = new List<TimeSpan>();
        for (var round = 0; round < ListingRounds; round++) latencies.AddRange(await Task.WhenAll(clients.Select(client => client.ListAsync())));
        foreach (var client in clients) client.Dispose();
        return [new Row($"{ListingClients} clients list {ListedPods} Pods at once, {ListingRounds} times", $"{Percentiles.Show(latencies)}; the apiserver's memory never above {server.PeakMebibytes} MiB")];
    }
}
