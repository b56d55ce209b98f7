using MiniK8s.Load;
using MiniK8s.Load.Api;
using MiniK8s.Load.Scheduling;
using MiniK8s.Load.Shell;
using MiniK8s.Load.Stores;

// usage: mk8s bench [NAME [CELL...]]; every benchmark brings a cluster of its own and prints the rows of one table.
IReadOnlyDictionary<string, Func<Task<IReadOnlyList<Row>>>> benchmarks = new Dictionary<string, Func<Task<IReadOnlyList<Row>>>>
{
    ["start"] = StartBenchmark.RunAsync,
    ["latency"] = LatencyBenchmark.RunAsync,
    ["throughput"] = ThroughputBenchmark.RunAsync,
    ["nodes"] = () => NodesBenchmark.RunAsync(args[int.Min(args.Length, 1)..]),
    ["scheduler"] = () => SchedulerBenchmark.RunAsync(args[int.Min(args.Length, 1)..]),
    ["shell"] = ShellBenchmark.RunAsync,
    ["api"] = () => ApiBenchmark.RunAsync(args[int.Min(args.Length, 1)..]),
    ["store"] = () => StoreBenchmark.RunAsync(args[int.Min(args.Length, 1)..]),
};

var chosen = benchmarks.Where(b => args.Length == 0 || b.Key == args[0]).ToList();
if (chosen.Count == 0)
{
    await Console.Error.WriteLineAsync($"There is no benchmark {args[0]}; there are {string.Join(", ", benchmarks.Keys)}");
    return 1;
}
Console.WriteLine($"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, .NET {Environment.Version}");
Console.WriteLine();
Console.WriteLine("| benchmark | measure | value |");
Console.WriteLine("|---|---|---|");
foreach (var (name, run) in chosen)
{
    foreach (var row in await run()) Console.WriteLine($"| {name} | {row.Measure} | {row.Value} |");
}
return 0;
