namespace MiniK8s.Load.Scheduling;

/// <summary>The scheduler's loop alone over an API in memory, with the workloads of Kubernetes' scheduler_perf; then all of it through the processes.</summary>
internal static class SchedulerBenchmark
{
    /// <summary>Runs the workloads whose title contains one of the parts, <c>attempts</c>, <c>held</c>, <c>processes</c> and <c>memory</c>; all when there is none.</summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> parts)
    {
        var rows = new List<Row>();
        var workloads = Workload.All.Where(workload => IsWanted(parts, workload.Title)).ToList();
        if (workloads.Count > 0) await LoopAsync(Workload.All[0]);     // compiled by then
        foreach (var workload in workloads)
        {
            var result = await LoopAsync(workload);
            var row = new Row(workload.Title, Show(workload, result));
            await Console.Error.WriteLineAsync($"{row.Measure}: {row.Value}");      // a long run that fails has told this much
            rows.Add(row);
        }
        if (IsWanted(parts, "attempts")) rows.AddRange(AttemptRun.Run(5000));
        if (IsWanted(parts, "held")) rows.AddRange(await HeldRun.RunAsync(5000, 50_000));
        if (IsWanted(parts, "processes")) rows.AddRange(await ProcessRun.RunAsync(1000, 5000));
        if (IsWanted(parts, "memory")) rows.AddRange(await ProcessRun.MemoryAsync(5000, 50_000));
        return rows;
    }

    private static bool IsWanted(IReadOnlyList<string> parts, string title) => parts.Count == 0 || parts.Any(title.Contains);

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
