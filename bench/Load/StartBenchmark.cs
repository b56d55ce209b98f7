using System.Diagnostics;

using MiniK8s.ClusterKit;

namespace MiniK8s.Load;

/// <summary>From <c>mk8s up</c>, with everything built, to the first Pod Running; the image is one that needs no time to pull.</summary>
internal static class StartBenchmark
{
    private const int Runs = 3;

    public static async Task<IReadOnlyList<Row>> RunAsync()
    {
        var (ready, running) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var run = 0; run < Runs; run++)
        {
            var clock = Stopwatch.StartNew();
            await using var lab = await Lab.StartAsync();
            ready.Add(clock.Elapsed);
            await lab.Api.CreatePodAsync(A.Pod("default", "first", PodStarts.Image));
            await lab.Api.UntilRunningAsync("default", "first");
            running.Add(clock.Elapsed);
        }
        return [new("until a Pod could run", Show(ready)), new("until the first Pod is Running", Show(running))];
    }

    private static string Show(IEnumerable<TimeSpan> runs) => string.Join(", ", runs.Order().Select(r => $"{r.TotalSeconds:0.00} s"));
}
