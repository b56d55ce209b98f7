using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Scheduler.Cycles;

namespace MiniK8s.Scheduler.Tests.Cycles;

public sealed class PodReportsTests
{
    [Fact]
    public async Task Events_OfAPod_AreInTheNameOfItsProfile()
    {
        var (api, events) = (new FakeApiClient(), new FakeEventRecorder());
        var reports = new PodReports(api, events, TimeProvider.System, NullLogger<PodReports>.Instance);
        var pod = api.Put(A.Pod().With(spec => spec.SchedulerName = "packing-scheduler")).Info();

        reports.Scheduled(pod, "n1");
        reports.SkippedDeleting(pod);
        await reports.FailedAsync(pod, "Unschedulable", "no room", null, CancellationToken.None);

        for (var i = 0; i < 3; i++) Assert.Equal("packing-scheduler", await events.Components.Reader.ReadAsync().AsTask().OrMissing("an event's component"));
    }
}
