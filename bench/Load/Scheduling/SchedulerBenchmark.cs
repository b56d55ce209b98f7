namespace MiniK8s.Load.Scheduling;

/// <summary>The scheduler's loop alone over an API in memory, with the workloads of Kubernetes' scheduler_perf; then all of it through the processes.</summary>
internal static class SchedulerBenchmark
{
    /// <summary>Runs the workloads whose title contains one of the parts, and <c>processes</c>; all when there is none.</summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> parts)
    {
        var rows = new List<Row>();
        await LoopAsync(Workload.All[0]);     // compiled by then
        foreach (var workload in Workload.All.Where(workload => parts.Count == 0 || parts.Any(workload.Title.Contains)))
        {
            var result = await LoopAsync(workload);
            var row = new Row(workload.Title, Show(workload, result));
            await Console.Error.WriteLineAsync($"{row.Measure}: {row.Value}");      // a long run that fails has told this much
            rows.Add(row);
        }
        if (parts.Count == 0 || parts.Contains("processes")) rows.AddRange(await ProcessRun.RunAsync(1000, 5000));
        return rows;
    }

    private static async Task<LoopResult> LoopAsync(Workload workload)
    {
        await using var run = new LoopRun();
        await run.PrepareAsync(workload);
        return await run.MeasureAsync(workload);
    }

    private static string Show(Workload workload, LoopResult result) =>
        $"{result.PodsPerSecond:0} Pods/s{(workload.Threshold is { } threshold ? $" (Kubernetes' threshold: {threshold:0})" : "")}, {result.Cores:0.00} cores; an attempt "
        + $"p50 {Percentiles.At(result.Decisions, 50).TotalMicroseconds:0} us, p99 {Percentiles.At(result.Decisions, 99).TotalMicroseconds:0} us (n={result.Decisions.Count}), "
        + $"{result.BytesPerAttempt / 1024.0:0.0} KiB; {result.Mebibytes} MiB held";
}
