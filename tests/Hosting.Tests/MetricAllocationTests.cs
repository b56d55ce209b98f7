using System.Diagnostics.Metrics;
using MiniK8s.Hosting.Metrics;

namespace MiniK8s.Hosting.Tests;

/// <summary>What a measurement leaves behind for the garbage collector.</summary>
/// <remarks>Every page of the process counts it, on the thread that measures: a process that another test starts meanwhile would add its own first sight of the labels.</remarks>
[Collection(AloneCollection.Name)]
public sealed class MetricAllocationTests
{
    [Fact]
    public void Count_LabelsSeenBefore_AllocatesNothing()
    {
        using var page = new MetricsPage();
        using var meter = new Meter("MiniK8s.Tests." + nameof(Count_LabelsSeenBefore_AllocatesNothing));
        var counter = meter.CreateCounter<long>("t3");
        var label = new KeyValuePair<string, object?>("verb", "range");
        counter.Add(1, label);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) counter.Add(1, label);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Contains("t3_total{verb=\"range\"} 1001\n", page.Render(), StringComparison.Ordinal);
    }
}
