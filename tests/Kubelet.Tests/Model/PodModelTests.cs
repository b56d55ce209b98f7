using System.Globalization;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>
/// 10,000 random pods, each through random events in an order of its own, on the real pool and workers; MINIK8S_POD_MODEL_PODS and
/// MINIK8S_POD_MODEL_SEED ask for more and for others: a pod that failed is replayed by its seed and a count of 1.
/// </summary>
public sealed class PodModelTests
{
    private const int Steps = 60;

    [Fact]
    public void Run_RandomPods_KeepEveryRuleAndSettle()
    {
        var (pods, first) = (Setting("MINIK8S_POD_MODEL_PODS", 10_000), Setting("MINIK8S_POD_MODEL_SEED", 1));

        for (var seed = first; seed < first + pods; seed++)
        {
            var run = new ModelRun(seed);
            try
            {
                run.Run(Steps);
            }
            catch (Exception exception)
            {
                Assert.Fail($"With seed {seed}: {exception}\nIt was:\n{string.Join('\n', run.Trace.TakeLast(60))}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_001)]
    public void Run_SameSeeds_AreTheSameRuns(int first)
    {
        foreach (var seed in Enumerable.Range(first, 100)) Assert.Equal(TraceOf(seed), TraceOf(seed));

        static List<string> TraceOf(int seed)
        {
            var run = new ModelRun(seed);
            run.Run(Steps);
            return [.. run.Trace.Select(entry => entry.ToString()!)];
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
