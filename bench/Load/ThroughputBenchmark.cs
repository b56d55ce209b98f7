using System.Diagnostics;

using MiniK8s.ClusterKit;

namespace MiniK8s.Load;

/// <summary>A thousand Pods to Running and to gone on five nodes, and what each process holds in memory before and with them.</summary>
internal static class ThroughputBenchmark
{
    // A node's range has 254 addresses, as a /24 has.
    private const int Pods = 1000;

    public static async Task<IReadOnlyList<Row>> RunAsync()
    {
        await using var lab = await Lab.StartAsync(null, "--nodes", "5", "--max-pods", "240");
        var idle = Memory(lab);
        var starts = new PodStarts(lab.Api);

        var clock = Stopwatch.StartNew();
        await starts.RunAsync("p", Pods, Pods);
        var toRunning = clock.Elapsed;
        var loaded = Memory(lab);

        clock.Restart();
        await starts.DeleteAllAsync();
        var toGone = clock.Elapsed;

        List<Row> rows =
        [
            new($"{Pods} Pods to Running", $"{Pods / toRunning.TotalSeconds:0} Pods/s"),
            new($"{Pods} Pods to gone", $"{Pods / toGone.TotalSeconds:0} Pods/s"),
        ];
        rows.AddRange(idle.Keys.Select(name => new Row($"memory of {name}, idle / {Pods} Pods", $"{idle[name]} / {loaded[name]} MiB")));
        rows.Add(new Row($"memory of all, idle / {Pods} Pods", $"{idle.Values.Sum()} / {loaded.Values.Sum()} MiB"));
        return rows;
    }

    private static Dictionary<string, long> Memory(Lab lab) => lab.Pids().ToDictionary(p => p.Key, p =>
    {
        using var process = Process.GetProcessById(p.Value);
        return process.WorkingSet64 >> 20;
    });
}
