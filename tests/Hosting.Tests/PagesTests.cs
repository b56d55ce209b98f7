using System.Diagnostics.Metrics;
using System.Net;
using MiniK8s.Hosting.Metrics;

namespace MiniK8s.Hosting.Tests;

public sealed class PagesTests(RunningProcess process) : IClassFixture<RunningProcess>
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    public async Task HealthPage_EverythingReady_IsOk(string path) => Assert.Equal("ok", await process.Http.GetStringAsync(path));

    [Fact]
    public async Task Readyz_AGateIsClosed_Is500AndNamesIt()
    {
        process.Health.Close("storage", "etcd does not answer");

        using var answer = await process.Http.GetAsync("/readyz");
        process.Health.Open("storage");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("[+]ping ok\n[+]startup ok\n[-]storage failed: etcd does not answer\nreadyz check failed\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal("[+]ping ok\n[+]startup ok\n[+]storage ok\nreadyz check passed\n", await process.Http.GetStringAsync("/readyz?verbose"));
    }

    [Fact]
    public async Task Metrics_OfAProcess_AreInPrometheusFormatWithTheRuntimeIn()
    {
        using var answer = await process.Http.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("# TYPE dotnet_gc_collections_total counter\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_EveryKindOfInstrument_IsWrittenAsPrometheusHasIt()
    {
        using var page = new MetricsPage();
        using var meter = new Meter("MiniK8s.Tests." + nameof(Metrics_EveryKindOfInstrument_IsWrittenAsPrometheusHasIt));
        meter.CreateCounter<long>("t1.commits", null, "Commits done").Add(2, new("result", "o\"k"), new("to", "disk"));
        meter.CreateUpDownCounter<int>("t1_depth").Add(-3);
        var histogram = meter.CreateHistogram<double>("t1_seconds", advice: new() { HistogramBucketBoundaries = [0.00001, 0.1, 1] });
        foreach (var value in new[] { 0.1, 0.5, 7 }) histogram.Record(value);
        meter.CreateObservableGauge("t1_nodes", () => 5);

        var lines = page.Render().Split('\n').Where(line => line.Contains("t1_", StringComparison.Ordinal));

        Assert.Equal(
            [
                "# HELP t1_commits_total Commits done", "# TYPE t1_commits_total counter", "t1_commits_total{result=\"o\\\"k\",to=\"disk\"} 2",
                "# HELP t1_depth ", "# TYPE t1_depth gauge", "t1_depth -3",
                "# HELP t1_nodes ", "# TYPE t1_nodes gauge", "t1_nodes 5",
                "# HELP t1_seconds ", "# TYPE t1_seconds histogram",
                "t1_seconds_bucket{le=\"1e-05\"} 0", "t1_seconds_bucket{le=\"0.1\"} 1", "t1_seconds_bucket{le=\"1\"} 2", "t1_seconds_bucket{le=\"+Inf\"} 3", "t1_seconds_sum 7.6", "t1_seconds_count 3",
            ],
            lines);
    }

    [Fact]
    public void Metrics_MoreLabelSetsThanAllowed_CountTheRestTogether()
    {
        using var page = new MetricsPage();
        using var meter = new Meter("MiniK8s.Tests." + nameof(Metrics_MoreLabelSetsThanAllowed_CountTheRestTogether));
        var counter = meter.CreateCounter<long>("t2");
        for (var i = 0; i < 1500; i++) counter.Add(1, new KeyValuePair<string, object?>("pod", i));

        var lines = page.Render().Split('\n').Where(line => line.StartsWith("t2_total{", StringComparison.Ordinal)).ToList();

        Assert.Equal(1001, lines.Count);
        Assert.Contains("t2_total{overflow=\"true\"} 500", lines);
    }

    [Fact]
    public void Metrics_LabelsSeenBefore_AreCountedWithoutAllocation()
    {
        using var page = new MetricsPage();
        using var meter = new Meter("MiniK8s.Tests." + nameof(Metrics_LabelsSeenBefore_AreCountedWithoutAllocation));
        var counter = meter.CreateCounter<long>("t3");
        var label = new KeyValuePair<string, object?>("verb", "range");
        counter.Add(1, label);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) counter.Add(1, label);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Contains("t3_total{verb=\"range\"} 1001\n", page.Render(), StringComparison.Ordinal);
    }
}
