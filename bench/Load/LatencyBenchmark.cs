using MiniK8s.ClusterKit;

namespace MiniK8s.Load;

/// <summary>Create to Running on an otherwise idle lab of two nodes, one Pod at a time and fifty at a time.</summary>
internal static class LatencyBenchmark
{
    private const int Pods = 300;

    public static async Task<IReadOnlyList<Row>> RunAsync()
    {
        await using var lab = await Lab.StartAsync(null, "--max-pods", "240");
        var starts = new PodStarts(lab.Api);
        await starts.RunAsync("warm", 50, 10);
        await starts.DeleteAllAsync();
        var rows = new List<Row>();
        foreach (var inFlight in (int[])[1, 50])
        {
            var latencies = await starts.RunAsync($"p{inFlight}", Pods, inFlight);
            rows.Add(new Row($"create to Running, {inFlight} in flight", Percentiles.Show(latencies)));
            await starts.DeleteAllAsync();
        }
        return rows;
    }
}
